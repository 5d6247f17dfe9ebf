"""The verb of slips on paper: what is new since they were last printed, or some again."""

import os
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer

from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.office.slips import printing
from mailproc.office.slips.kinds import SlipKind
from mailproc.office.slips.printing import FinishedSlip, FinishedSlips
from mailproc.sentence import sentence

verbs = typer.Typer()


@verbs.command("slips")
def slips(
    ctx: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KIND]… [NR]…", help=f"{', '.join(SlipKind)}; none is all. NR: with --reprint."
        ),
    ] = None,
    reprint: Annotated[bool, typer.Option("--reprint", help="Those of the requests NR once more.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show them; they stay new.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """Print slips that are new: pull slips, book bands, return labels."""
    kinds, numbers = _parted(what or ())
    if numbers and not reprint:
        raise LocalFault(sentence("slip-what", given=numbers[0], known=", ".join(SlipKind)))
    if reprint and not numbers:
        raise LocalFault(sentence("slip-reprint-which"))
    with opened(ctx) as app:
        found = _found(app, kinds, numbers)
        _print(app, found.slips, as_json=as_json)
        if not dry_run and found.slips:
            _durable()
            printing.record(app.store, app.context, found, who(app))


def _parted(words: Sequence[str]) -> tuple[list[SlipKind], list[str]]:
    """Return the kinds that are named, all if none is, in the order of printing; and the other words."""
    known = {kind.value: kind for kind in SlipKind}
    named = {known[word.lower()] for word in words if word.lower() in known}
    kinds = [kind for kind in SlipKind if kind in named or not named]
    return kinds, [word for word in words if word.lower() not in known]


def _found(app: App, kinds: Sequence[SlipKind], numbers: Sequence[str]) -> FinishedSlips:
    with app.store.read() as connection:
        if numbers:
            return printing.again(connection, app.context, kinds, numbers)
        return printing.new(connection, app.context, kinds)


def _print(app: App, slips: Sequence[FinishedSlip], *, as_json: bool) -> None:
    if as_json:
        output.as_json([_json(one) for one in slips])
        return
    for one in slips:
        output.text(one.text)
        output.page_end()
    if not slips:
        output.line(app.context.language.label("slips", "empty"))


def _json(slip: FinishedSlip) -> dict[str, Any]:
    names = ("kind", "number", "partner", "title", "shelfmark", "again", "text")
    return {name: getattr(slip, name) for name in names}


def _durable() -> None:
    """Let what was written reach its file, before it is recorded as printed."""
    sys.stdout.flush()
    with suppress(OSError, ValueError):  # no file of its own
        number = sys.stdout.fileno()
        if stat.S_ISREG(os.fstat(number).st_mode):
            os.fsync(number)
