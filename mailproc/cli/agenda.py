"""Verbs of the daily work: what needs attention, and the rota of a request."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from mailproc.cli import history, output, status
from mailproc.cli.session import opened, who
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.facts import Promise
from mailproc.ill.status import status as status_of
from mailproc.ill.terms import Role, State
from mailproc.notices.incoming_details import plain_note
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries import rota as rotas
from mailproc.office.queries.agenda import Agenda, FaultyText, Todo, agenda
from mailproc.office.queries.letters import LetterLine
from mailproc.office.queries.rota import Rota, RotaPlace

verbs = typer.Typer()

_PROMISES = {"HOLD_PLACED": "HOLD_PLACED", "ANSWER.promise": "WILL_SUPPLY"}
"""Their last word, as a promise."""
LONGEST, LONGEST_WHY, LONGEST_ANSWER = 48, 120, 80
"""Characters of a title, of a reason and of an answer, in one line."""

Number = Annotated[str, typer.Argument(metavar="NR", help="B12, or one attempt, B12-2.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]


@verbs.command("digest")
def digest(
    ctx: typer.Context,
    send: Annotated[bool, typer.Option("--send", help="Mail it to staff as well.")] = False,
    as_json: Json = False,
) -> None:
    """List what needs attention and why, letters that are stuck, and the total of all open requests."""
    with opened(ctx) as app:
        if send:
            from mailproc.office.mailroom import digest_mail  # here: who reads writes no letter

            found = digest_mail.send(app.store, app.context, who(app))
        else:
            with app.store.read() as connection:
                found = agenda(connection, app.context)
        service = status.state_of_service(app)
        library = app.context.config.library
        if as_json:
            sent = {"sent_to": library.staff or library.email} if send else {}
            output.as_json(_agenda_json(found) | sent | {"service": output.plain(service)})
            return
        if told := status.dead(service, app.context):
            output.line(told)
        _tell_agenda(found, app.context)
        if send:
            told = app.context.language.label("digest", "sent", value=library.staff or library.email)
            output.line()
            output.line(told)


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
    """Show the rota: partners that were asked, their answers, and who is next."""
    with opened(ctx) as app:
        if add or drop:
            from mailproc.office.requests import rota_change  # here: who reads takes no step

            rota_change.change(app.store, app.context, number, add or (), drop or (), who(app))
        with app.store.read() as connection:
            found = rotas.rota(connection, app.context, number)
        if as_json:
            output.as_json(found)
        else:
            _tell_rota(found, app.context)


def _agenda_json(found: Agenda) -> dict[str, Any]:
    value: dict[str, Any] = output.plain(found)
    for group in value["groups"]:
        group |= {"words": ENGLISH.attention_word(group["reason"]), "count": len(group["requests"])}
    return value


def _tell_agenda(found: Agenda, context: Context) -> None:
    language = context.language
    words = language.texts.labels["digest"]
    to_do = language.counted("to_be_done", found.needing) if found.needing else words["nothing"]
    output.line(f"{language.day_word(found.day, found.day)}: {to_do}")
    for group in found.groups:
        rows = [(*_request(one, context), _also(one, language)) for one in group.requests]
        _block(f"{language.attention_word(group.reason)} ({len(rows)})", rows)
    if found.idle:
        rows = [(*_request(one, context), language.term_word(one.state)) for one in found.idle]
        _block(f"{words['idle']} ({len(rows)})", rows)
    sums = {"needing": found.needing, "waiting": found.waiting, "open": found.all_open}
    output.line()
    output.line(language.label("digest", "sum", **sums))
    _tell_letters(found, context)
    if found.mailboxes:
        unread = [
            (one.name, output.cut(language.words_of(one.error), LONGEST_WHY), _since(one.since, context))
            for one in found.mailboxes
        ]
        _block(f"{words['mailboxes']} ({len(unread)})", unread)
    if found.texts:
        _block(
            f"{words['texts']} ({len(found.texts)})",
            [(one.path, _fault(one, language)) for one in found.texts],
        )
        ways = {"templates": "mailproc templates", "preview": "mailproc preview TEMPLATE"}
        output.line(f"  {language.label('digest', 'texts_ways', **ways)}")


def _tell_letters(found: Agenda, context: Context) -> None:
    words, label = context.language.texts.labels["digest"], context.language.label
    _letters(words["unplaced"], found.unplaced, context, found.unplaced_count)
    if found.unplaced_count > len(found.unplaced):
        command = f"mailproc shelved --limit {found.unplaced_count}"
        output.line(f"  {label('digest', 'others', command=command)}")
    if found.unplaced:
        ways = {
            "attach": "mailproc attach I12 B3",
            "release": "mailproc release I12",
            "dismiss": "mailproc dismiss I12",
        }
        output.line(f"  {label('digest', 'unplaced_ways', **ways)}")
    _letters(words["unread"], found.unread, context)
    if found.unread:
        output.line(f"  {label('digest', 'unread_ways', command='mailproc check --connect')}")
    _letters(words["unsent"], found.unsent, context)


def _request(one: Todo, context: Context) -> tuple[str, ...]:
    return (one.number, output.cut(one.title, LONGEST), one.partner, _since(one.since, context))


def _fault(one: FaultyText, language: Language) -> str:
    return language.label("digest", "more", value=one.error, count=one.more) if one.more else one.error


def _also(one: Todo, language: Language) -> str:
    """It stands in the group of one reason only, and no other may hide behind that."""
    more = ", ".join(language.attention_word(reason) for reason in one.reasons[1:])
    return language.label("digest", "also", value=more) if more else ""


def _letters(heading: str, letters: tuple[LetterLine, ...], context: Context, count: int = 0) -> None:
    if letters:
        rows = [
            (
                one.name,
                context.language.word(one.other),
                _about(one, context.language),
                output.cut(_why(one, context.language), LONGEST_WHY),
                _since(one.at, context),
            )
            for one in letters
        ]
        _block(f"{heading} ({max(count, len(rows))})", rows)


def _about(letter: LetterLine, language: Language) -> str:
    return output.cut(letter.about(language).removeprefix(f"{letter.name}: "), LONGEST)


def _why(letter: LetterLine, language: Language) -> str:
    state = "waiting" if letter.state == "todo" else letter.state
    return language.words_of(letter.note) or language.delivery_word(state)


def _since(at: datetime, context: Context) -> str:
    return context.language.label("digest", "since", value=_day(at, context))


def _day(at: datetime, context: Context) -> str:
    return context.language.day_word(context.local(at).date(), context.today())


def _block(heading: str, rows: Sequence[tuple[str, ...]]) -> None:
    """A heading and its lines, the columns under each other; nothing of a line is folded."""
    output.line()
    output.line(heading)
    cells = [[output.one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width)
        output.line("  " + "  ".join(padded).rstrip())


def _tell_rota(found: Rota, context: Context) -> None:
    label, words = context.language.label, context.language.texts.labels["rota"]
    output.line(output.one_line(f"{found.number} · {found.title}"))
    rows = [(str(one.position), one.name, *_became(one, context)) for one in found.places]
    columns = ("", *(words[name] for name in ("library", "became", "asked", "answer")))
    output.table(columns, rows, words["empty"])
    if found.open or not found.places:
        return
    waits = [one for one in found.places if one.became == "next"]
    ask = f"mailproc next {found.number}"
    first = label("rota", "asks", command=ask, library=waits[0].name) if waits else words["nobody"]
    output.line(f"{first}; {label('rota', 'add', command=f'mailproc rota {found.number} --add SYMBOL')}")


def _became(one: RotaPlace, context: Context) -> tuple[str, str, str]:
    language, words = context.language, context.language.texts.labels["rota"]
    if one.became != "asked":
        waits = {"next": words["next"], "waiting": words["waiting"]}
        word = waits.get(one.became, language.reason_word(one.why_not))
        return (f"{word} ({one.unable})" if one.unable else word), "", ""
    why = f": {language.reason_word(one.why_not)}" if one.why_not else ""
    passed = f"{language.label('rota', 'passed_on', value=one.passed_to)}: " if one.passed_to else ""
    promise: Promise | None = {"what": _PROMISES[one.spoken]} if one.spoken in _PROMISES else None
    term = language.texts.terms[status_of(State[one.state], promise=promise, moved=one.spoken).term]
    asked = _day(one.asked_at, context) if one.asked_at else ""
    return f"{passed}{term}{why}", f"{one.attempt}, {asked}", _answer(one, context)


def _answer(one: RotaPlace, context: Context) -> str:
    if one.answered_at is None:
        return ""
    language = context.language
    return f"{language.event_word(one.spoken)}{_answer_note(one, context)}, {_day(one.answered_at, context)}"


def _answer_note(one: RotaPlace, context: Context) -> str:
    """What the answer says beside its kind; an older release kept words alone."""
    if one.answer_apdu is not None:
        parts = history.content(apdu_json.from_json(one.answer_apdu), Role.REQUESTER, context, theirs=True)
        told = "; ".join(parts)
    else:
        told = plain_note(one.answer_note, Role.REQUESTER, context.language)
    return f" ({output.cut(told, LONGEST_ANSWER)})" if told else ""
