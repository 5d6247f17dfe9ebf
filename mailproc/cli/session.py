"""Opens what a verb needs: the configuration by its path, and the store for as long as it runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import typer

from mailproc import log
from mailproc.app import build
from mailproc.app.build import App
from mailproc.cli.root import CONTEXT
from mailproc.flow.context import Context


def config_path(ctx: typer.Context) -> Path:
    """--config, else ./config.toml, else $MAILPROC_CONFIG."""
    given: Path | None = ctx.find_root().obj
    if given is not None:
        return given
    here = Path("config.toml")
    named = os.environ.get("MAILPROC_CONFIG")
    return Path(named) if named and not here.exists() else here


@contextmanager
def opened(ctx: typer.Context, *, secrets_needed: bool = False, make: bool = True) -> Iterator[App]:
    """The app with an open store; only warnings go to the log of a verb. Without ``make`` a store that is not
    there is refused.

    Staff look and act without the service's passwords: only what logs in somewhere needs them.
    """
    log.set_up("WARNING")
    app = build.build(config_path(ctx), secrets_needed=secrets_needed, make=make, migrate=False)
    ctx.meta[CONTEXT] = app.context
    try:
        yield app
    finally:
        app.store.close()


def configured(ctx: typer.Context, *, secrets_needed: bool = False) -> Context:
    """The configuration without the store."""
    log.set_up("WARNING")
    context = ctx.meta[CONTEXT] = build.configured(config_path(ctx), secrets_needed=secrets_needed)
    return context


def who() -> str:
    """The system's user, for the history."""
    try:
        return getuser()
    except (KeyError, OSError):
        return "staff"
