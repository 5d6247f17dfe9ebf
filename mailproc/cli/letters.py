"""Verbs that list letters: all, what could not be placed, what has not left."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlalchemy import Connection

from mailproc.cli import days, output, status, truncated
from mailproc.cli.choices import code_of, service_of
from mailproc.cli.colour import OF_A_LETTER, Marked
from mailproc.cli.session import opened, who
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries import letters as mail
from mailproc.office.queries.counted import Counted
from mailproc.office.queries.letter_filter import EVERY, LetterFilter
from mailproc.office.queries.letters import LetterLine
from mailproc.sentence import sentence

if TYPE_CHECKING:
    from mailproc.app.build import App
    from mailproc.office.mailroom.printing import LetterToPrint

verbs = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]
OfPartner = Annotated[str, typer.Option("--partner", help="A partner's symbol.")]
OfService = Annotated[str, typer.Option("--service", help="About a LOAN or a COPY.")]
Since = Annotated[str, typer.Option("--since", metavar="DAY", help="Of this day or later.")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="How many are shown: 50, and all of them with --json.")
]
STORED_AS = {"waiting": "prepared", "undelivered": "dismissed"}
"""Words of `show` for states of letters."""
SHOWN = 50
"""How many people see where they do not say."""


@verbs.command("letters")
def letters(
    ctx: typer.Context,
    partner: OfPartner = "",
    state: Annotated[str, typer.Option(help="done, shelved, handed_over, filed, bounced, ….")] = "",
    service: OfService = "",
    since: Since = "",
    limit: Annotated[int, typer.Option(min=1, help="How many are shown.")] = SHOWN,
    to_print: Annotated[
        bool, typer.Option("--print", help="The letters to readers without e-mail, ready to print.")
    ] = False,
    printed: Annotated[
        list[str] | None, typer.Option(metavar="O12", help="It was printed; may repeat.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List letters in and out, the newest first."""
    with opened(ctx) as app:
        if to_print or printed:
            given = {"--partner": partner, "--state": state, "--service": service, "--since": since}
            for option in (name for name, value in given.items() if value):
                other = "--printed" if printed else "--print"
                raise LocalFault(sentence("option-beside", option=option, other=other))
            _on_paper(app, printed or (), as_json=as_json)
            return
        wanted = _wanted(app.context, partner, state, since, service)
        with app.store.read() as connection:
            lines = mail.recent(connection, limit, wanted)
            count = truncated.count(len(lines), limit, lambda: mail.count_recent(connection, wanted))
            value = _json(connection, lines, count) if as_json else None
        _list(lines, app.context, value, _empty("none", wanted), count)


def _on_paper(app: "App", printed: Sequence[str], *, as_json: bool) -> None:
    """Mark what was printed; otherwise print the letters, each on a page of its own."""
    from mailproc.office.mailroom import printing  # here: it reads letters, which a list does not
    from mailproc.office.mailroom.done_by import DoneBy

    if printed:
        done = printing.mark(app.store, printed, DoneBy(who(app), app.context.clock()))
        told = app.context.language.label("letters", "marked", value=", ".join(done))
        output.as_json(list(done)) if as_json else output.line(told)
        return
    if withheld := printing.withhold(app.store, app.context):
        output.complain(app.context.language.label("letters", "withheld", value=", ".join(withheld)))
    with app.store.read() as connection:
        found = printing.to_print(connection)
    if as_json:
        output.as_json([output.plain(one) for one in found])
        return
    for one in found:
        letter_on_paper(one)
    if not found:
        output.line(app.context.language.label("letters", "none_to_print"))


def letter_on_paper(letter: "LetterToPrint", remark: str = "") -> None:
    """Print a letter on a page of its own, ready to give or post; ``remark`` stands in its first line."""
    head = (letter.id, letter.number, letter.reader, *filter(None, (remark,)))
    output.line(output.one_line(" · ".join(head)))
    address = "".join(f"{output.one_line(line)}\n" for line in letter.address)
    top = f"\n{address}\n" if address else "\n"
    output.text(f"{top}{output.one_line(letter.subject)}\n\n{letter.text.rstrip()}")
    output.page_end()


@verbs.command("shelved")
def shelved(
    ctx: typer.Context,
    partner: OfPartner = "",
    state: Annotated[str, typer.Option(help="shelved, or todo: what waits for DNS.")] = "",
    since: Since = "",
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List shelved letters (I…) and messages (E…), partners' first; and what waits for DNS."""
    most = limit if limit or as_json else SHOWN
    with opened(ctx) as app:
        wanted = _wanted(app.context, partner, state, since)
        with app.store.read() as connection:
            waiting = mail.waiting(connection, wanted)
            lines = (mail.shelved(connection, most, wanted) + waiting)[:most]
            count = Counted(mail.count_shelved(connection, wanted) + len(waiting))
            value = _json(connection, lines, count) if as_json else None
        _list(lines, app.context, value, _empty("none_shelved", wanted), count)


@verbs.command("outbox")
def outbox(
    ctx: typer.Context,
    partner: OfPartner = "",
    state: Annotated[str, typer.Option(help="prepared, held, in_doubt, bounced, ….")] = "",
    service: OfService = "",
    since: Since = "",
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List letters that wait or failed, and why."""
    most = limit if limit or as_json else SHOWN
    with opened(ctx) as app:
        wanted = _wanted(app.context, partner, state, since, service)
        with app.store.read() as connection:
            everything = mail.outbox(connection, wanted)
            lines, count = everything[:most], Counted(len(everything))
            value = _json(connection, lines, count) if as_json else None
        filed = app.config.deliver.mode == "folder"
        empty = _empty("none_waiting" if filed else "all_left", wanted)
        if told := status.dead(status.state_of_service(app), app.context):
            output.complain(told) if as_json else output.line(told)
        _list(lines, app.context, value, empty, count, next_try=True)
        if filed and not as_json:
            told = app.context.language.label("letters", "folder", value=app.config.deliver.folder)
            output.line(told)


def _wanted(context: Context, partner: str, state: str, since: str, service: str = "") -> LetterFilter:
    """Raise LocalFault for a value that no letter can have."""
    service = service_of(service, context.language)
    symbol = context.partners.known(partner).symbol if partner else ""
    return LetterFilter(symbol, _state(state, context.language), service, days.beginning(since, context))


def _empty(sentence: str, wanted: LetterFilter) -> str:
    """What is said of no letter; of a filter, not that there is none at all."""
    return sentence if wanted == EVERY else "none_match"


def _state(given: str, language: Language) -> str:
    """Raise LocalFault if no letter can be in this state."""
    others = ("filed-answered", "call-")  # of requests, and of calls of hooks
    known = [one for one in ENGLISH.texts.delivery if not one.startswith(others)]
    words = {one: (language.delivery_word(one), ENGLISH.delivery_word(one)) for one in known}
    del words["waiting"]  # the word of `show`, which lists print for "prepared" too
    return STORED_AS.get(given.lower()) or code_of("--state", given, words)


def _json(connection: Connection, lines: list[LetterLine], count: Counted) -> list[dict[str, Any]]:
    """Each with its direction, its Message-ID and the requests it is about."""
    from mailproc.office.queries import letter_requests  # here: who reads a table needs it not

    about = letter_requests.about(connection, lines)
    more = truncated.left_out(len(lines), count)
    return [output.plain(line) | output.plain(one) | more for line, one in zip(lines, about, strict=True)]


def _list(
    lines: list[LetterLine],
    context: Context,
    value: list[dict[str, Any]] | None,
    empty: str,
    count: Counted,
    *,
    next_try: bool = False,
) -> None:
    """``value``: the same as JSON, where that is asked for; ``empty``: what is said of no letter.

    ``next_try``: say when each is tried next.
    """
    if value is not None:
        output.as_json(value)
        return
    language = context.language
    words = language.texts.labels["letters"]
    rows = [
        (
            words["not_yet"] if line.id.startswith("intent") else line.id,
            context.shown(line.at),
            language.word(line.other),
            output.cut(line.about(language), 50),
            Marked(language.letter_word(line.id, line.state), OF_A_LETTER.get(line.state, "")),
            *((context.shown(line.next_at) if line.next_at else "",) if next_try else ()),
            output.cut(language.words_of(line.note), 160),
        )
        for line in lines
    ]
    next_column = ("next_try",) if next_try else ()
    columns = [words[name] for name in ("letter", "when", "who", "subject", "state", *next_column, "why")]
    output.table(columns, rows, words[empty])
    truncated.tell(len(lines), count, language)
