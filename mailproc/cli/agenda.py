"""Verbs of the daily round: what needs a hand, and a request's rota."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from mailproc.cli import output
from mailproc.cli.opening import opened, who
from mailproc.flow.premises import Premises
from mailproc.ill.terms import Role
from mailproc.notices.language_files import ENGLISH
from mailproc.notices.said import plain_note
from mailproc.office import rota as rotas
from mailproc.office.agenda import Agenda, FaultyText, Todo, agenda
from mailproc.office.letters import LetterLine
from mailproc.office.rota import Place, Rota

verbs = typer.Typer()

LONGEST, LONGEST_WHY = 48, 120
"""Characters of a title, and of a reason, in one line."""

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
            from mailproc.office import daily  # here: who reads writes no letter

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
            output.line()
            output.line(f"This goes to {library.staff or library.email}.")


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
            from mailproc.office import rota_change  # here: who reads takes no step

            rota_change.change(house.store, house.premises, number, add or (), drop or (), who())
        with house.store.read() as connection:
            found = rotas.rota(connection, house.premises, number)
        if as_json:
            output.as_json(found)
        else:
            _tell_rota(found, house.premises)


def _agenda_json(found: Agenda) -> dict[str, Any]:
    value: dict[str, Any] = output.plain(found)
    for group in value["groups"]:
        group |= {"words": ENGLISH.attention_word(group["reason"]), "count": len(group["requests"])}
    return value


def _tell_agenda(found: Agenda, premises: Premises) -> None:
    output.line(
        f"{ENGLISH.day_word(found.day, found.day)}: "
        + (f"{found.needing} to be done" if found.needing else "nothing needs a hand")
    )
    for group in found.groups:
        rows = [
            (one.number, output.cut(one.title, LONGEST), one.partner, _since(one.since, premises), _also(one))
            for one in group.requests
        ]
        _block(f"{ENGLISH.attention_word(group.reason)} ({len(rows)})", rows)
    if found.idle:
        rows = [
            (one.number, output.cut(one.title, LONGEST), one.partner, ENGLISH.state_word(one.role, one.state),
             _since(one.since, premises))
            for one in found.idle
        ]  # fmt: skip
        _block(f"Nothing happens by itself: a letter comes, or you act ({len(rows)})", rows)
    output.line()
    output.line(f"{found.needing} here + {found.waiting} waiting for others = {found.all_open} open.")
    _letters("Letters that could not be placed", found.unplaced, premises, found.unplaced_count)
    if found.unplaced_count > len(found.unplaced):
        output.line(f"  The others: mailproc shelved --limit {found.unplaced_count}")
    if found.unplaced:
        output.line(
            "  To do: mailproc attach I12 B3 puts one to its request, mailproc release I12 reads it again,"
            " mailproc dismiss I12 puts it away."
        )
    _letters("Letters that wait for DNS", found.unread, premises)
    if found.unread:
        output.line(
            "  Nothing to do: they are read by themselves when DNS is back (mailproc check --connect)."
        )
    _letters("Letters of ours that wait or failed", found.unsent, premises)
    if found.mailboxes:
        unread = [
            (one.name, output.cut(one.error, LONGEST_WHY), _since(one.since, premises))
            for one in found.mailboxes
        ]
        _block(f"Mailboxes that cannot be read, or not wholly ({len(unread)})", unread)
    if found.texts:
        _block(f"Broken texts ({len(found.texts)})", [(one.path, _fault(one)) for one in found.texts])
        output.line("  To do: mailproc templates names every fault, mailproc preview TEMPLATE tries a text.")


def _fault(one: FaultyText) -> str:
    return f"{one.error} (and {one.more} more)" if one.more else one.error


def _also(one: Todo) -> str:
    """It stands in the group of one reason only, and no other may hide behind that."""
    more = ", ".join(ENGLISH.attention_word(reason) for reason in one.reasons[1:])
    return f"also: {more}" if more else ""


def _letters(heading: str, letters: tuple[LetterLine, ...], premises: Premises, count: int = 0) -> None:
    if letters:
        rows = [
            (one.name, one.other, _about(one), output.cut(_why(one), LONGEST_WHY), _since(one.at, premises))
            for one in letters
        ]
        _block(f"{heading} ({max(count, len(rows))})", rows)


def _about(letter: LetterLine) -> str:
    return output.cut(letter.about(ENGLISH).removeprefix(f"{letter.name}: "), LONGEST)


def _why(letter: LetterLine) -> str:
    waits = {"prepared": "waiting", "todo": "waiting"}
    return letter.note or ENGLISH.delivery_word(waits.get(letter.state, letter.state))


def _since(at: Any, premises: Premises) -> str:
    return f"since {ENGLISH.day_word(premises.local(at).date(), premises.today())}"


def _block(heading: str, rows: Sequence[tuple[str, ...]]) -> None:
    """A heading and its lines, the columns under each other; nothing of a line is folded."""
    output.line()
    output.line(heading)
    cells = [[output.one_line(cell) for cell in row] for row in rows]
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
        word = {"next": "next", "waiting": "waits"}.get(one.became, ENGLISH.reason_word(one.why_not))
        return (f"{word} ({one.unable})" if one.unable else word), "", ""
    why = f": {ENGLISH.reason_word(one.why_not)}" if one.why_not else ""
    passed = f"passed on to {one.passed_to}: " if one.passed_to else ""
    asked = ENGLISH.day_word(premises.local(one.asked_at).date(), premises.today()) if one.asked_at else ""
    return (
        f"{passed}{ENGLISH.state_word('REQUESTER', one.state)}{why}",
        f"{one.attempt}, {asked}",
        _answer(one, premises),
    )


def _answer(one: Place, premises: Premises) -> str:
    if one.answered_at is None:
        return ""
    day = ENGLISH.day_word(premises.local(one.answered_at).date(), premises.today())
    note = f" ({plain_note(one.answer_note, Role.REQUESTER, ENGLISH)[:60]})" if one.answer_note else ""
    return f"{ENGLISH.event_word(one.spoken)}{note}, {day}"
