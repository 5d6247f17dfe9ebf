"""The verbs that correct a request, and add a note to it."""

from dataclasses import replace
from typing import Annotated

import typer

from mailproc.cli import citation, days, output
from mailproc.cli.act import answered
from mailproc.cli.citation import Cited
from mailproc.cli.input_files import json_value
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.notices.language import Language
from mailproc.office.acts import item_barcode
from mailproc.office.acts.item_barcode import ItemBarcode
from mailproc.office.queries import request_details
from mailproc.office.requests import amend as amending
from mailproc.office.requests import corrections, due_date, notes, reader_letter
from mailproc.office.requests.amend import Amended
from mailproc.office.requests.due_date import DueDate
from mailproc.office.requests.reader_letter import LetterInOwnWords
from mailproc.sentence import Sentence, sentence

verbs = typer.Typer()

Number = Annotated[str, typer.Argument(metavar="NR", help="B12, or one attempt, B12-2.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("amend")
def amend(
    ctx: typer.Context,
    number: Number,
    title: citation.Title = "",
    author: citation.Author = "",
    journal: citation.Journal = "",
    article_title: citation.ArticleTitle = "",
    article_author: citation.ArticleAuthor = "",
    volume_issue: citation.VolumeIssue = "",
    volume: citation.Volume = "",
    issue: citation.Issue = "",
    year: citation.Year = "",
    pages: citation.Pages = "",
    edition: citation.Edition = "",
    publisher: citation.Publisher = "",
    series: citation.Series = "",
    isbn: citation.Isbn = "",
    issn: citation.Issn = "",
    copyright_word: citation.Copyright = "",
    declared_by: citation.DeclaredBy = "",
    declared_on: citation.DeclaredOn = "",
    wording: citation.Wording = "",
    need_before: Annotated[str, typer.Option(help="Until when it is of use: 2026-01-31.")] = "",
    file: Annotated[
        str, typer.Option(help="JSON with the fields to correct (item, delivery, …), or -; null takes away.")
    ] = "",
    due: Annotated[str, typer.Option(help="The right due date of a loan, also of L7: 2026-01-31.")] = "",
    barcode: Annotated[str, typer.Option(help="The right barcode of the item, also of L7.")] = "",
    tell: Annotated[
        bool, typer.Option("--tell/--quiet", help="Whether the reader is told of another due date.")
    ] = True,
    again: Annotated[
        bool, typer.Option("--again", help="Ask the last partner once more, under a new number.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="With --again: also if it would get the same order.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Correct a request of ours. An order that was not sent is composed again; see also --again."""
    cited = Cited(
        title, author, journal, article_title, article_author, volume_issue, volume, issue, year, pages,
        edition, publisher, series, isbn, issn,
    )  # fmt: skip
    given = citation.fields(cited)
    beside = citation.copyright_fields(copyright_word, declared_by, declared_on, wording)
    if barcode:
        if given or beside or need_before or file or due or again or anyway or not tell:
            raise LocalFault(sentence("barcode-amend-alone"))
        _correct_barcode(ctx, ItemBarcode(number, barcode), as_json=as_json, dry_run=dry_run)
        return
    if right_day := days.day(due, "--due"):
        if given or beside or need_before or file or again or anyway:
            raise LocalFault(sentence("due-alone"))
        wanted_due = DueDate(number, right_day, quiet=not tell)
        _correct_due(ctx, wanted_due, as_json=as_json, dry_run=dry_run)
        return
    if not (given or beside or need_before or file or again):
        raise LocalFault(sentence("amend-what"))
    if not tell:
        raise LocalFault(sentence("quiet-due"))
    wanted = corrections.read(json_value(file) if file else {}, given, need_before, beside)
    with opened(ctx) as app:
        done = amending.amend(
            app.store, app.context, number, wanted, again=again, anyway=anyway, by=who(app), dry_run=dry_run
        )
        if as_json:
            output.as_json(output.plain(done) | {"dry_run": dry_run})
        else:
            _tell_amended(done, app.context.language, would=dry_run)


def _correct_due(ctx: typer.Context, wanted: DueDate, *, as_json: bool, dry_run: bool) -> None:
    with opened(ctx) as app:
        wanted = replace(wanted, by=who(app))
        outcome = due_date.correct(app.store, app.context, wanted, dry_run=dry_run)
        with app.store.read() as connection:
            line = request_details.shown(connection, wanted.number).line
        answered(wanted.number, outcome, line, app.context, as_json=as_json, would=dry_run)


def _correct_barcode(ctx: typer.Context, wanted: ItemBarcode, *, as_json: bool, dry_run: bool) -> None:
    with opened(ctx) as app:
        wanted = replace(wanted, by=who(app))
        outcome = item_barcode.correct(app.store, app.context, wanted, dry_run=dry_run)
        with app.store.read() as connection:
            line = request_details.shown(connection, wanted.number).line
        answered(wanted.number, outcome, line, app.context, as_json=as_json, would=dry_run)


@verbs.command("note")
def note(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NR", help="B12, L7, B12-2, or TGQ/TQ.")],
    text: Annotated[str, typer.Argument(help="For colleagues; no letter carries it.")],
    to_reader: Annotated[
        bool, typer.Option("--to-reader", help="Write it to the reader in a letter.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add a private note to a request: it stands in its history and in lists, never in a letter."""
    with opened(ctx) as app:
        if to_reader:
            outcome = reader_letter.write(app.store, app.context, LetterInOwnWords(number, text, who(app)))
        else:
            outcome = notes.add(app.store, app.context, number, text, who(app))
        with app.store.read() as connection:
            line = request_details.shown(connection, number).line
        answered(number, outcome, line, app.context, as_json=as_json, would=False)


def _what_became(done: Amended) -> Sentence:
    if done.way == "review":
        return sentence("amended-review", number=done.number)
    if done.way == "anew":
        return sentence("amended-anew")
    if done.way == "kept":
        return sentence("amended-kept", number=done.number, partner=done.partner)
    if done.way == "recorded":
        return sentence("amended-recorded", number=done.number)
    return sentence("amended-again", partner=done.partner, number=done.number, attempt=done.attempt)


def _tell_amended(done: Amended, language: Language, *, would: bool) -> None:
    if would:
        output.line(language.word(sentence("nothing-changed")))
    for change in done.changed:
        output.line(output.one_line(f"{done.number}: {language.word(change)}"))
    output.line(language.word(_what_became(done)))
    for word in done.follows:
        output.line(f"  {output.one_line(language.word(word))}")
