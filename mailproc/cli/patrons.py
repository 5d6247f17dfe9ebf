"""The verb of readers: from a file of the library system, and one by one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from mailproc import named_files
from mailproc.app.build import App
from mailproc.cli import output, truncated
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ils.patron_standing import PatronStanding
from mailproc.office.patrons import exporting, forgetting, importing, patron_details
from mailproc.office.patrons.forgetting import ForgottenReader
from mailproc.office.patrons.importing import ImportedFile
from mailproc.office.patrons.patron_details import PatronDetails
from mailproc.office.patrons.patron_file import SHOWN, Form, Progress, form_of
from mailproc.office.wording import patron_words
from mailproc.sentence import sentence

verbs = typer.Typer()

LISTED = ("id", "name", "email", "category", "expires", "blocks")


class PatronTask(Enum):
    IMPORT = "import"
    EXPORT = "export"
    FIND = "find"
    SHOW = "show"
    FORGET = "forget"


_NEEDS = {
    PatronTask.IMPORT: "FILE",
    PatronTask.EXPORT: "FILE",
    PatronTask.FIND: "TEXT",
    PatronTask.SHOW: "ID",
    PatronTask.FORGET: "ID",
}
_OPTIONS = {
    "--form": (PatronTask.IMPORT,),
    "--dry-run": (PatronTask.IMPORT, PatronTask.FORGET),
    "--anyway": (PatronTask.IMPORT,),
    "--limit": (PatronTask.FIND,),
    "--undo": (PatronTask.FORGET,),
    "--live": (PatronTask.SHOW,),
}
LIMIT = 50


@verbs.command("patrons")
def patrons(
    ctx: typer.Context,
    what: Annotated[PatronTask, typer.Argument(help="What to do.")],
    value: Annotated[str, typer.Argument(help="FILE (- is standard input), TEXT or ID.")] = "",
    form: Annotated[Form | None, typer.Option(help="Of the file; default: by the end of its name.")] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also if many readers or fields vanish.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Let a forgotten reader be imported again.")] = False,
    limit: Annotated[int, typer.Option(min=1, help=f"Of readers found; default: {LIMIT}.")] = LIMIT,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Ask the library system too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """Import readers from a file of the library system; export, find, show or forget them."""
    given = {
        "--form": form, "--dry-run": dry_run, "--anyway": anyway, "--limit": limit != LIMIT, "--undo": undo,
        "--live": live,
    }  # fmt: skip
    _refuse_unused({name for name, one in given.items() if one}, what)
    if not value:
        raise LocalFault(sentence("patrons-what", what=what.value, needs=_NEEDS[what]))
    with opened(ctx) as app:
        match what:
            case PatronTask.IMPORT:
                _import(app, value, form, dry_run=dry_run, anyway=anyway, as_json=as_json)
            case PatronTask.EXPORT:
                _export(app, value, as_json=as_json)
            case PatronTask.FIND:
                _find(app, value, limit, as_json=as_json)
            case PatronTask.SHOW if live:
                _show_live(app, value, as_json=as_json)
            case PatronTask.SHOW:
                _show(app, value, as_json=as_json)
            case PatronTask.FORGET:
                _forget(app, value, undo=undo, dry_run=dry_run, as_json=as_json)


def _refuse_unused(given: set[str], what: PatronTask) -> None:
    for option in sorted(given):
        if what not in _OPTIONS[option]:
            other = ", ".join(f"patrons {one.value}" for one in _OPTIONS[option])
            raise LocalFault(sentence("option-without", option=option, other=other))
    if {"--dry-run", "--undo"} <= given:
        raise LocalFault(sentence("option-beside", option="--dry-run", other="--undo"))


def _import(app: App, file: str, form: Form | None, *, dry_run: bool, anyway: bool, as_json: bool) -> None:
    form = form or form_of(file)
    with _read(file) as stream, _progress(app.context) as progress:
        done = importing.import_file(
            app.store, app.context, stream, form, who(app), progress=progress, dry_run=dry_run, anyway=anyway
        )
    output.as_json(_without_ids(done)) if as_json else _tell_import(done, app.context)


@contextmanager
def _read(file: str) -> Iterator[BufferedReader]:
    if file == "-":
        # One that can be peeked into, whatever standard input is.
        standard = cast(BufferedReader, BufferedReader(cast(RawIOBase, sys.stdin.buffer)))
        yield standard
        standard.detach()
        return
    try:
        stream = named_files.opened(file)
    except OSError as error:
        raise LocalFault(sentence("file-not-read", file=file, why=error.strerror or "")) from None
    with stream:
        yield cast(BufferedReader, stream)


@contextmanager
def _progress(context: Context) -> Iterator[Progress]:
    """On a terminal, one line that is written again: on standard error, for people alone."""
    if not sys.stderr.isatty():
        yield lambda _what, _count: None
        return
    shown = ""

    def tell(what: str, count: int) -> None:
        nonlocal shown
        line = context.language.label("patrons", what, count=str(count))
        sys.stderr.write(f"\r{line.ljust(len(shown))}")
        shown = line

    yield tell
    sys.stderr.write("\n" if shown else "")


def _without_ids(done: ImportedFile) -> dict[str, Any]:
    """Which reader was refused is found by the line; the id of a person need not stand in a log of cron."""
    refused = [{"line": one.line, "column": one.column, "why": one.why} for one in done.refused]
    return {**output.plain(done), "refused": output.plain(refused)}


def _tell_import(done: ImportedFile, context: Context) -> None:
    word = context.language.word
    for one in done.refused:
        code = "patrons-refused-column" if one.column else "patrons-refused"
        values = {"column": one.column} if one.column else {}
        output.complain(word(sentence(code, line=one.line, why=one.why, **values)))
    if (more := done.refused_count - SHOWN) > 0:
        output.complain(word(sentence("patrons-more-refused", count=more)))
    if done.kept:
        output.complain(word(sentence("patrons-kept", kept=done.kept, unknown=done.unknown)))
    code = "patrons-would" if done.dry_run else "patrons-imported"
    counts = {name: getattr(done, name) for name in ("readers", "new", "changed", "same", "gone")}
    output.line(word(sentence(code, **counts, refused=done.refused_count)))


def _export(app: App, file: str, *, as_json: bool) -> None:
    count = exporting.export(app.store, Path(file))
    if as_json:
        output.as_json({"file": file, "readers": count})
    else:
        output.line(app.context.language.word(sentence("patrons-exported", count=count, file=file)))


def _find(app: App, typed: str, limit: int, *, as_json: bool) -> None:
    with app.store.read() as connection:
        found = patron_details.found(connection, typed, limit)
        count = truncated.count(len(found), limit, lambda: patron_details.count(connection, typed))
    if as_json:
        output.as_json([_json(one) | truncated.left_out(len(found), count) for one in found])
        return
    language = app.context.language
    words = language.texts.labels["patrons"]
    rows = [tuple(patron_words.cell(one, name, app.context) for name in LISTED) for one in found]
    output.table([words[name] for name in LISTED], rows, words["empty"])
    truncated.tell(len(found), count, language)


def _json(one: PatronDetails) -> dict[str, Any]:
    value: dict[str, Any] = output.plain(one)
    return value


def _show(app: App, named: str, *, as_json: bool) -> None:
    with app.store.read() as connection:
        one = patron_details.shown(connection, named)
    if as_json:
        output.as_json(one)
    else:
        _tell(one, app.context)


def _tell(one: PatronDetails, context: Context) -> None:
    for label, text in patron_words.particulars(one, context):
        output.line(output.one_line(f"{label}: {text}"))


def _show_live(app: App, named: str, *, as_json: bool) -> None:
    stored, live = patron_details.shown_live(app.store, app.context, named)
    if as_json:
        output.as_json({"stored": stored, "live": live.standing, "failed": live.warning})
    elif stored is not None:
        _tell(stored, app.context)
    if live.standing is None:
        output.complain(app.context.language.word(live.warning or ""))
        raise typer.Exit(1)
    if not as_json:
        _tell_live(live.standing, app.context)


def _tell_live(said: PatronStanding, context: Context) -> None:
    output.line(context.language.texts.labels["patrons"]["live"])
    for line in patron_words.live(said, context):
        output.line(f"  {output.one_line(line)}")


def _forget(app: App, patron_id: str, *, undo: bool, dry_run: bool, as_json: bool) -> None:
    if undo:
        forgetting.remember(app.context, patron_id)
        done: ForgottenReader | None = None
    else:
        done = forgetting.forget(app.store, app.context, patron_id, by=who(app), dry_run=dry_run)
    if as_json:
        output.as_json(done or {"undone": True})
        return
    for said in patron_words.forgotten(done):
        output.line(app.context.language.word(said))
