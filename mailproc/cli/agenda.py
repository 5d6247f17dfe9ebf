"""The verb of the daily work: what needs attention."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from mailproc.cli import output, status
from mailproc.cli.session import opened, who
from mailproc.flow.context import Context
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries.agenda import Agenda, FaultyText, Todo, agenda, headed, summed
from mailproc.office.queries.letters import LetterLine
from mailproc.office.queries.service_state import ServiceState

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
            output.line()
            output.line(_sent(service, app.context))


def _sent(service: ServiceState, context: Context) -> str:
    """Say where it goes: the service that runs sends it, by the config.toml that it has read."""
    library, changed = context.config.library, context.config.file.stat().st_mtime
    started = service.started_at if service.alive else None
    word = "sent_as_started" if started is not None and started.timestamp() < changed else "sent"
    return context.language.label("digest", word, value=library.staff or library.email)


def _agenda_json(found: Agenda) -> dict[str, Any]:
    value: dict[str, Any] = output.plain(found)
    for group in value["groups"]:
        group |= {"words": ENGLISH.attention_word(group["reason"]), "count": len(group["requests"])}
    return value


def _tell_agenda(found: Agenda, context: Context) -> None:
    language = context.language
    words = language.texts.labels["digest"]
    output.line(f"{language.day_word(found.day, found.day)}: {headed(found, language)}")
    for group in found.groups:
        rows = [(*_request(one, context), _also(one, language)) for one in group.requests]
        _block(f"{language.attention_word(group.reason)} ({len(rows)})", rows)
    if found.idle:
        rows = [(*_request(one, context), language.term_word(one.state)) for one in found.idle]
        _block(f"{words['idle']} ({len(rows)})", rows)
    if found.put_off:
        rows = [(*_request(one, context), *_put_off(one, language)) for one in found.put_off]
        _block(f"{words['put_off']} ({len(rows)})", rows)
    output.line()
    output.line(summed(found, language))
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
        first = found.unplaced[0].id
        ways = {
            "first": first,
            "attach": f"mailproc attach {first} {words['number']}",
            "release": f"mailproc release {first}",
            "dismiss": f"mailproc dismiss {first}",
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


def _put_off(one: Todo, language: Language) -> tuple[str, str]:
    """Return until when, and why it will stand there again."""
    day = one.put_off
    until = language.label("digest", "until", day=language.day_word(day, day)) if day else ""
    return until, ", ".join(language.attention_word(reason) for reason in one.reasons)


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
    return context.language.label("digest", "since", value=context.day_shown(at))


def _block(heading: str, rows: Sequence[tuple[str, ...]]) -> None:
    """A heading and its lines, the columns under each other; nothing of a line is folded."""
    output.line()
    output.line(heading)
    cells = [[output.one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width)
        output.line("  " + "  ".join(padded).rstrip())
