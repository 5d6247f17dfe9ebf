"""Opens what a verb needs: the configuration by its path, and the store for as long as it runs."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import typer

from mailproc import log
from mailproc.app import build, service_user
from mailproc.app.build import App
from mailproc.cli.root import CONTEXT
from mailproc.flow.context import Context


def config_path(ctx: typer.Context) -> Path:
    """--config, else ./config.toml, else $MAILPROC_CONFIG. Raise Misconfigured (``refuse_of_others``)."""
    given: Path | None = ctx.find_root().obj
    path = given if given is not None else _usual_path()
    service_user.refuse_of_others(path)
    return path


def _usual_path() -> Path:
    here = Path("config.toml")
    named = os.environ.get("MAILPROC_CONFIG")
    # os.path: where sudo was called may be a folder that the service's user cannot see.
    return Path(named) if named and not os.path.exists(here) else here


_SUDO_NAME = re.compile(r"[^\W_][\w.@\\+$-]{0,63}")


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


def who(app: App) -> str:
    """Who acts, for the history: the system's user; through sudo as the service's user, who called sudo.

    Any other user could write SUDO_USER into the environment: it counts for the service's user alone.
    """
    behind = os.environ.get("SUDO_USER", "")
    if _SUDO_NAME.fullmatch(behind) and os.geteuid() == _user_of_the_service(app):
        return behind
    try:
        return getuser()
    except (KeyError, OSError):
        return "staff"


def _user_of_the_service(app: App) -> int | None:
    """Return the owner of the store; with PostgreSQL, of the folder that the service writes."""
    try:
        return os.stat(app.store.path or app.config.file.parent / "var").st_uid
    except OSError:
        return None
