"""The verb that copies the store into another kind of database."""

import sys
from contextlib import closing
from typing import Annotated

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from mailproc.cli import output
from mailproc.cli.session import opened
from mailproc.config import Config
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.upkeep.transfer import Transferred, transfer
from mailproc.sentence import sentence
from mailproc.store import archives
from mailproc.store.engine import Store

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("copy-store")
def copy_store(
    ctx: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="postgresql+psycopg://USER@HOST/DATABASE, an empty one.")
    ],
    as_json: Json = False,
) -> None:
    """Copy the store into an empty database of PostgreSQL, and compare the two. Stop the service first."""
    _refuse_password(url)
    with opened(ctx) as app, closing(_target(url, app.config)) as target:
        done = transfer(app.store, target, lambda *told: _progress(app.context, *told))
        shown = target.shown
        output.as_json(done) if as_json else _tell(done, shown, app.context)
    if not done.is_equal:
        raise typer.Exit(1)


def _target(url: str, config: Config) -> Store:
    base = config.file.parent
    return Store.open(url, base=base, archives=archives.place(config.store.archives, url, base))


def _refuse_password(url: str) -> None:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LocalFault(sentence("copy-url")) from None
    if parsed.password is not None or any("pass" in key.lower() for key in parsed.query):
        raise LocalFault(sentence("copy-password"))
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise LocalFault(sentence("copy-kinds"))


def _progress(context: Context, name: str, done: int, total: int) -> None:
    """A line for each table, on a terminal also on its way: on standard error, for people alone."""
    line = context.language.label("copy", "progress", name=name, done=str(done), total=str(total))
    if done == total:
        output.complain(line)
    elif sys.stderr.isatty():
        sys.stderr.write(f"{line}\r")


def _tell(done: Transferred, shown: str, context: Context) -> None:
    label = context.language.label
    for one in done.tables:
        if not one.same:
            output.line(label("copy", "differs", name=one.name))
    rows = sum(one.rows for one in done.tables)
    output.line(label("copy", "rows", rows=str(rows), store=shown))
    for side, found in (("here", done.here), ("there", done.there)):
        count, wrong = str(found.checked), str(len(found.differences))
        output.line(label("copy", side, checked=count, differing=wrong))
    output.line(label("copy", "equal" if done.is_equal else "unequal"))
