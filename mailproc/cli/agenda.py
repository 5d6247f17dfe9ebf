"""Verbs of the daily round: what needs a hand, a request's rota, a request corrected."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from mailproc.cli import output
from mailproc.cli.opening import opened, who
from mailproc.cli.reading import json_value
from mailproc.errors import LocalFault
from mailproc.flow.premises import Premises
from mailproc.notices import words
from mailproc.office import amend as amending
from mailproc.office import corrections, daily
from mailproc.office import rota as rotas
from mailproc.office.agenda import Agenda, agenda
from mailproc.office.amend import Amended
from mailproc.office.mailroom import LetterLine
from mailproc.office.rota import Place, Rota

verbs = typer.Typer()

Number = Annotated[str, typer.Argument(metavar="NR", help="B12, or one attempt, B12-2.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("digest")
def digest(
    ctx: typer.Context,
    send: Annotated[bool, typer.Option("--send", help="Mail it to staff as well.")] = False,
    as_json: Json = False,
) -> None:
    """Today's work: what needs a hand and why, letters that are stuck, and the sum of all that is open."""
    with opened(ctx) as house:
        if send:
            found = daily.send(house.store, house.premises, who())
        else:
            with house.store.read() as connection:
                found = agenda(connection, house.premises)
        library = house.premises.config.library
        if as_json:
            output.as_json(
                _agenda_json(found) | ({"sent_to": library.staff or library.email} if send else {})
            )
            return
        _tell_agenda(found, house.premises)
        if send:
            output.line(f"\nThis goes to {library.staff or library.email}.")


@verbs.command("rota")
def rota(
    ctx: typer.Context,
    number: Number,
    add: Annotated[
        list[str] | None, typer.Option(metavar="SYMBOL", help="Put at the end; may repeat.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="SYMBOL", help="Take out, not asked yet; may repeat.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Whom we asked for a request, what became of it, and who is next."""
    with opened(ctx) as house:
        if add or drop:
            rotas.change(house.store, house.premises, number, add or (), drop or (), who())
        with house.store.read() as connection:
            found = rotas.rota(connection, house.premises, number)
        if as_json:
            output.as_json(found)
        else:
            _tell_rota(found, house.premises)


@verbs.command("amend")
def amend(
    ctx: typer.Context,
    number: Number,
    title: Annotated[str, typer.Option()] = "",
    author: Annotated[str, typer.Option()] = "",
    publication_date: Annotated[str, typer.Option(help="As cited: 2019.")] = "",
    volume_issue: Annotated[str, typer.Option(help="As cited: 12(3).")] = "",
    pagination: Annotated[str, typer.Option(help="As cited: 45-52.")] = "",
    article_title: Annotated[str, typer.Option()] = "",
    article_author: Annotated[str, typer.Option()] = "",
    edition: Annotated[str, typer.Option()] = "",
    publisher: Annotated[str, typer.Option()] = "",
    isbn: Annotated[str, typer.Option()] = "",
    issn: Annotated[str, typer.Option()] = "",
    need_before: Annotated[str, typer.Option(help="Until when it is of use: 2026-01-31.")] = "",
    file: Annotated[
        str, typer.Option(help="JSON with the fields to correct (item, delivery, …), or -; null takes away.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Ask the last partner once more, under a new number.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Correct a request of ours. An order that has not left is written anew; see also --again."""
    cited = {
        "title": title, "author": author, "publication_date": publication_date, "volume_issue": volume_issue,
        "pagination": pagination, "article_title": article_title, "article_author": article_author,
        "edition": edition, "publisher": publisher, "isbn": isbn, "issn": issn,
    }  # fmt: skip
    given = {name: text for name, text in cited.items() if text}
    if not (given or need_before or file or again):
        raise LocalFault("Say what is to be corrected: --title, --author …, --need-before, or --file JSON.")
    wanted = corrections.read(json_value(file) if file else {}, given, need_before)
    with opened(ctx) as house:
        done = amending.amend(
            house.store, house.premises, number, wanted, again=again, by=who(), dry_run=dry_run
        )
        if as_json:
            output.as_json(output.plain(done) | {"dry_run": dry_run})
        else:
            _tell_amended(done, would=dry_run)


def _agenda_json(found: Agenda) -> dict[str, Any]:
    value: dict[str, Any] = output.plain(found)
    for group in value["groups"]:
        group |= {"words": words.attention_word(group["reason"]), "count": len(group["requests"])}
    return value


def _tell_agenda(found: Agenda, premises: Premises) -> None:
    output.line(
        f"{words.date_word(found.day, found.day)}: "
        + (f"{found.needing} to be done" if found.needing else "nothing needs a hand")
    )
    for group in found.groups:
        rows = [(one.number, one.title, one.partner, _since(one.since, premises)) for one in group.requests]
        _block(f"{words.attention_word(group.reason)} ({len(rows)})", rows)
    output.line(f"\n{found.needing} here + {found.waiting} waiting for others = {found.all_open} open.")
    _letters("Letters that could not be placed", found.unplaced, premises)
    if found.unplaced:
        output.line(
            "  To do: mailproc attach I12 B3 puts one to its request, mailproc release I12 reads it again."
        )
    _letters("Letters of ours that wait or failed", found.unsent, premises)
    if found.mailboxes:
        unread = [(one.name, one.error, _since(one.since, premises)) for one in found.mailboxes]
        _block(f"Mailboxes that cannot be read ({len(unread)})", unread)


def _letters(heading: str, letters: tuple[LetterLine, ...], premises: Premises) -> None:
    if letters:
        rows = [(one.id, one.other, one.subject, _why(one), _since(one.at, premises)) for one in letters]
        _block(f"{heading} ({len(rows)})", rows)


def _why(letter: LetterLine) -> str:
    waits = {"prepared": "waiting", "todo": "waiting"}
    return letter.note or words.delivery_word(waits.get(letter.state, letter.state))


def _since(at: Any, premises: Premises) -> str:
    return f"since {words.date_word(premises.local(at).date(), premises.today())}"


def _block(heading: str, rows: Sequence[tuple[str, ...]]) -> None:
    """A heading and its lines, the columns under each other; nothing of a line is folded."""
    output.line(f"\n{heading}")
    cells = [[output.one_line(cell)[:48] for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width)
        output.line("  " + "  ".join(padded).rstrip())


def _tell_rota(found: Rota, premises: Premises) -> None:
    output.line(output.one_line(f"{found.number} · {found.title}"))
    rows = [(str(one.position), one.name, *_became(one, premises)) for one in found.places]
    output.table(
        ("", "Library", "What became of it", "Asked", "Their answer"), rows, "Nobody stands in its rota."
    )
    if found.open or not found.places:
        return
    waits = [one for one in found.places if one.became == "next"]
    ways = f"mailproc next {found.number} asks {waits[0].name}" if waits else "Nobody is left to ask"
    output.line(f"{ways}; mailproc rota {found.number} --add SYMBOL adds a library.")


def _became(one: Place, premises: Premises) -> tuple[str, str, str]:
    if one.became != "asked":
        word = {"next": "next", "waiting": "waits"}.get(one.became, words.reason_word(one.why_not))
        return (f"{word} ({one.unable})" if one.unable else word), "", ""
    why = f": {words.reason_word(one.why_not)}" if one.why_not else ""
    asked = words.date_word(premises.local(one.asked_at).date(), premises.today()) if one.asked_at else ""
    return (
        f"{words.state_word('REQUESTER', one.state)}{why}",
        f"{one.attempt}, {asked}",
        _answer(one, premises),
    )


def _answer(one: Place, premises: Premises) -> str:
    if one.answered_at is None:
        return ""
    day = words.date_word(premises.local(one.answered_at).date(), premises.today())
    note = f" ({one.answer_note[:60]})" if one.answer_note else ""
    return f"{words.event_word(one.answer)}{note}, {day}"


WAYS: Mapping[str, str] = {
    "anew": "The order had not left: it is written anew.",
    "kept": "The next order says it so: `mailproc amend {number} --again` asks {partner} once more,"
    " `mailproc next {number}` the next library.",
    "again": "{partner} is asked once more, as {number}-{attempt}.",
}


def _tell_amended(done: Amended, *, would: bool) -> None:
    if would:
        output.line("Nothing is changed. This would happen:")
    for change in done.changed:
        output.line(output.one_line(f"{done.number}: {change}"))
    output.line(WAYS[done.way].format(number=done.number, partner=done.partner, attempt=done.attempt))
    for word in done.follows:
        output.line(f"  {word}")
