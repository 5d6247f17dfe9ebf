"""The verb of slips on paper: what is new since they were last printed, or some again."""

import os
import re
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import UnsupportedOperation
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from mailproc import private
from mailproc.app.build import App
from mailproc.cli import output
from mailproc.cli.letters import letter_on_paper
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.mailroom import printing as letters_on_paper
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.printing import LetterToPrint
from mailproc.office.slips import printing
from mailproc.office.slips.kinds import SlipKind
from mailproc.office.slips.printing import FinishedSlip, FinishedSlips, PrintedBy
from mailproc.sentence import sentence

verbs = typer.Typer()

LETTERS = "letters"
WORDS = (*SlipKind, LETTERS)
_LETTER = re.compile(r"[Oo][0-9]{1,18}")


@dataclass(frozen=True)
class SlipChoice:
    """``kinds`` of slips in the order of printing; ``letters``: those on paper too; ``numbers``: of requests
    and of letters (O12) that are printed again, none for what is new."""

    kinds: tuple[SlipKind, ...]
    letters: bool
    numbers: tuple[str, ...]
    reprint: bool


@verbs.command("slips")
def slips(
    ctx: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KIND]… [NR]…", help=f"{', '.join(WORDS)}; or all. NR: with --reprint."),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="What is new; the same without it.")] = False,
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="A new file for them.")] = None,
    reprint: Annotated[bool, typer.Option("--reprint", help="Those of the requests NR once more.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show them; they stay new.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")] = False,
) -> None:
    """Print what is new: pull slips, book bands, return labels, letters to readers without e-mail."""
    if new and reprint:
        raise LocalFault(sentence("option-beside", option="--new", other="--reprint"))
    if pdf is not None and pdf.suffix.lower() != ".pdf":  # no file of the store is called so
        raise LocalFault(sentence("slip-pdf-name", file=str(pdf)))
    wanted = _wanted(what or (), reprint=reprint)
    with opened(ctx) as app:
        found, letters = _found(app, wanted, dry_run=dry_run)
        is_any = bool(found.slips or letters)
        if pdf is not None and is_any:
            _write(app, pdf, found.slips, letters)
        _say(app, found.slips, letters, pdf, as_json=as_json)
        _bring_to_its_file()
        if is_any and not dry_run:
            _record(app, found, letters)


def _wanted(words: Sequence[str], *, reprint: bool) -> SlipChoice:
    """Raise LocalFault if numbers and --reprint do not go together."""
    known = {word.lower() for word in words} & set(WORDS)
    numbers = tuple(word for word in words if word.lower() not in known)
    if numbers and not reprint:
        raise LocalFault(sentence("slip-what", given=numbers[0][:60], known=", ".join(WORDS)))
    if reprint and not numbers:
        raise LocalFault(sentence("slip-reprint-which"))
    kinds = tuple(kind for kind in SlipKind if kind in known or not known)
    return SlipChoice(kinds, LETTERS in known or not known, numbers, reprint)


def _found(app: App, wanted: SlipChoice, *, dry_run: bool) -> tuple[FinishedSlips, list[LetterToPrint]]:
    context = app.context
    if wanted.letters and not wanted.reprint and not dry_run:
        withheld = letters_on_paper.withhold(app.store, context)
        if withheld:
            output.complain(context.language.label("letters", "withheld", value=", ".join(withheld)))
    with app.store.read() as connection:
        if not wanted.reprint:
            letters = _new_letters(connection, context, dry_run) if wanted.letters else []
            return printing.new(connection, context, wanted.kinds), letters
        named = [number for number in wanted.numbers if _LETTER.fullmatch(number)]
        others = [number for number in wanted.numbers if number not in named]
        letters = letters_on_paper.printed_before(connection, named)
        return printing.again(connection, context, wanted.kinds, others), letters


def _new_letters(connection: Connection, context: Context, dry_run: bool) -> list[LetterToPrint]:
    if dry_run:
        return letters_on_paper.foreseen(connection, context)
    return letters_on_paper.to_print(connection)


def _write(app: App, pdf: Path, slips: Sequence[FinishedSlip], letters: Sequence[LetterToPrint]) -> None:
    from mailproc.office.slips import paper_file  # here: who prints text draws nothing

    made = paper_file.drawn(slips, letters, app.context)
    if made.missing:
        signs = " ".join(made.missing[:50])
        output.complain(app.context.language.word(sentence("slip-signs-missing", signs=signs)))
    paper_file.write(pdf, made.octets)
    caller, owner = os.environ.get("SUDO_USER", ""), private.owner(pdf)
    if caller and owner != caller:
        output.complain(app.context.language.word(sentence("slip-file-of", file=str(pdf), user=owner)))


def _say(
    app: App,
    slips: Sequence[FinishedSlip],
    letters: Sequence[LetterToPrint],
    pdf: Path | None,
    *,
    as_json: bool,
) -> None:
    language = app.context.language
    if as_json:
        output.as_json([*map(_json, slips), *map(_letter_json, letters)])
    elif not (slips or letters):
        output.line(language.label("slips", "empty"))
    elif pdf is not None:
        count = len(slips) + len(letters)
        output.line(language.word(sentence("slip-in-file", count=count, file=str(pdf))))
    else:
        _print(app, slips, letters)


def _print(app: App, slips: Sequence[FinishedSlip], letters: Sequence[LetterToPrint]) -> None:
    for one in slips:
        output.text(one.text)
        output.page_end()
    for letter in letters:
        letter_on_paper(letter, app.context.language.label("slips", "reprint") if letter.again else "")


def _json(slip: FinishedSlip) -> dict[str, Any]:
    names = ("kind", "number", "partner", "title", "shelfmark", "again", "text")
    return {name: getattr(slip, name) for name in names}


def _letter_json(letter: LetterToPrint) -> dict[str, Any]:
    return {"kind": LETTERS, **vars(letter)}


def _bring_to_its_file() -> None:
    """Let what was said reach its file, before it is recorded as printed. Raise LocalFault if it cannot."""
    sys.stdout.flush()
    with suppress(UnsupportedOperation):  # no file of its own
        number = sys.stdout.fileno()
        if stat.S_ISREG(os.fstat(number).st_mode):
            _sync(number)


def _sync(number: int) -> None:
    try:
        os.fsync(number)
    except OSError as error:
        why = error.strerror or str(error)
        raise LocalFault(sentence("file-not-written", file="stdout", why=why)) from None


def _record(app: App, found: FinishedSlips, letters: Sequence[LetterToPrint]) -> None:
    printing.record(app.store, app.context, found, PrintedBy(who(app)))
    if new := [one.id for one in letters if not one.again]:
        letters_on_paper.mark(app.store, new, DoneBy(who(app), app.context.clock()))
