"""The page "To do": what needs attention and why, and the sum which proves that nothing hides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.attention import Reason
from mailproc.notices.language import Language
from mailproc.office.desk import row_acts
from mailproc.office.desk.row_acts import KeptRowActs, RowAct
from mailproc.office.desk.template_list import key_of
from mailproc.office.queries import agenda, service_state
from mailproc.office.queries.agenda import Agenda, Group, Todo
from mailproc.office.queries.letters import LetterLine
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import sentence

LONGEST, LONGEST_WHY = 80, 200
"""Characters of a title, and of a reason."""
MOST_ROWS = 50
"""Requests of a group that are shown, the longest waiting; the others are counted, and follow."""

_KINDS = {"B": "request", "L": "request", "I": "letter", "O": "letter", "E": "letter"}


@dataclass(frozen=True)
class DeskRow:
    """A row of a group. ``number``: of a request (B17), a letter (I12), a call of a hook (H3), a text
    (en.patron.arrived), or ''. ``act``: the main one of a request; ``later``: "not today", where it can
    wait."""

    number: str
    title: str
    partner: str
    detail: str
    since: str
    to_review: bool = False
    is_text: bool = False
    act: RowAct | None = None
    later: RowAct | None = None

    @property
    def seen(self) -> str:
        """Return the mark with which it may be marked; '' where no act is done with several rows."""
        acts = (self.later, self.act if self.act is not None and not self.act.opens else None)
        return next((one.seen for one in acts if one is not None), "")

    @property
    def kind(self) -> str:
        """Return "request", "review", "letter" or "text"; '' for what has no page of its own."""
        if self.is_text:
            return "text"
        return "review" if self.to_review else _KINDS.get(self.number[:1], "")


@dataclass(frozen=True)
class DeskGroup:
    """Rows under one reason; ``count`` of them, where not all are shown."""

    heading: str
    rows: tuple[DeskRow, ...]
    count: int

    @property
    def acts(self) -> tuple[RowAct, ...]:
        """Return each act that several rows may take as they are; () for a single one."""
        main = [row.act for row in self.rows if row.act is not None and not row.act.opens]
        later = [row.later for row in self.rows if row.later is not None]
        each = (found for found in (main, later) if len(found) > 1)
        return tuple({(one.action, one.answer): one for found in each for one in found}.values())


@dataclass(frozen=True)
class ToDoPage:
    """``letters``: groups of letters and mailboxes; ``groups``: of requests, the most urgent reason first;
    ``put_off``: "not today"; ``idle``: open requests to which nothing happens by itself; ``total``: the sum
    in words. ``held``: that nothing leaves, as the store was put back from a copy."""

    letters: tuple[DeskGroup, ...]
    groups: tuple[DeskGroup, ...]
    put_off: tuple[DeskGroup, ...]
    idle: tuple[DeskGroup, ...]
    total: str
    needing: int
    held: str = ""


def page(connection: Connection, context: Context, kept: KeptRowActs) -> ToDoPage:
    """Return the page as it is now. ``kept``: the acts of the rows of earlier pages."""
    found = agenda.agenda(connection, context)
    words = context.language.texts.labels["digest"]
    return ToDoPage(
        letters=tuple(_letters(found, context)),
        groups=tuple(_reason(connection, one, context, kept) for one in found.groups),
        put_off=tuple(_put_off(connection, found, context)),
        idle=tuple(_some(words["idle"], [_waiting(one, context) for one in found.idle])),
        total=agenda.summed(found, context.language),
        needing=found.needing,
        held=_held(connection, context),
    )


def _held(connection: Connection, context: Context) -> str:
    """Say it as `digest` does, at its top."""
    language, held = context.language, service_state.said_if_held(connection)
    return language.label("service", "nothing_moves", why=language.word(held)) if held is not None else ""


def _reason(connection: Connection, group: Group, context: Context, kept: KeptRowActs) -> DeskGroup:
    heading, shown = context.language.attention_word(group.reason), group.requests[:MOST_ROWS]
    rows = [
        _request(
            one,
            row_acts.of_row(connection, one, context, kept),
            row_acts.put_off(connection, one, context, kept),
            context,
        )
        for one in shown
    ]
    return _group(heading, rows, len(group.requests))


def _put_off(connection: Connection, found: Agenda, context: Context) -> Iterator[DeskGroup]:
    """Yield what staff have put off, the first to come back first."""
    language = context.language
    rows = [
        _hidden(one, row_acts.show_again(connection, one, context), context)
        for one in found.put_off[:MOST_ROWS]
    ]
    yield from _some(language.texts.labels["digest"]["put_off"], rows, len(found.put_off))


def _group(heading: str, rows: list[DeskRow], count: int = 0) -> DeskGroup:
    return DeskGroup(heading, tuple(rows), max(count, len(rows)))


def _some(heading: str, rows: list[DeskRow], count: int = 0) -> Iterator[DeskGroup]:
    if rows:
        yield _group(heading, rows, count)


def _letters(found: Agenda, context: Context) -> Iterator[DeskGroup]:
    """Yield what keeps letters from coming, going, or being understood; empty ones are left out."""
    words, language = context.language.texts.labels["digest"], context.language
    mailboxes = [
        DeskRow("", one.name, "", cut(language.words_of(one.error), LONGEST_WHY), _since(one.since, context))
        for one in found.mailboxes
    ]
    yield from _some(words["mailboxes"], mailboxes)
    stuck = [one for one in found.unsent if not _waits_its_minute(one, context)]
    yield from _some(words["unsent"], [_letter(one, context) for one in stuck])
    yield from _some(
        words["unplaced"], [_letter(one, context) for one in found.unplaced], found.unplaced_count
    )
    yield from _some(words["unread"], [_letter(one, context) for one in found.unread])
    texts = [
        DeskRow(key_of(one.path), "", "", cut(one.error, LONGEST_WHY), "", is_text=True)
        for one in found.texts
    ]
    yield from _some(words["texts"], texts)


def _waits_its_minute(one: LetterLine, context: Context) -> bool:
    """Return whether nothing has kept it but that its act can be taken back: above stands when it leaves."""
    waits = one.next_at is not None and one.next_at > context.clock()
    return waits and one.state in ("todo", "prepared") and not one.note.parts


def _letter(one: LetterLine, context: Context) -> DeskRow:
    language = context.language
    about, other = _about(one, language), language.word(one.other)
    if about in language.texts.labels["untold"].values():  # to a reader, whose name no list has
        other = language.word(sentence("to-a-reader"))
    state = "waiting" if one.state == "todo" else one.state
    why = language.words_of(one.note) or language.delivery_word(state)
    return DeskRow(
        one.name,
        cut(about, LONGEST),
        other,
        cut(why, LONGEST_WHY),
        _since(one.at, context),
    )


def _about(one: LetterLine, language: Language) -> str:
    """Return what it says in words; of a letter to a reader what it tells, not the name of its text."""
    about = one.about(language).removeprefix(f"{one.name}: ").removeprefix(f"{one.name} ")
    return language.texts.labels["untold"].get(about.removeprefix("patron/"), about)


def _hidden(one: Todo, act: RowAct, context: Context) -> DeskRow:
    """Return a row that is put off: why it will stand above again, and when."""
    language, day = context.language, one.put_off
    why = ", ".join(language.attention_word(reason) for reason in one.reasons)
    until = language.label("digest", "until", day=language.day_word(day, context.today())) if day else ""
    to_review = Reason.TO_REVIEW in one.reasons
    return DeskRow(one.number, cut(one.title, LONGEST), one.partner, why, until, to_review, act=act)


def _request(one: Todo, act: RowAct | None, later: RowAct | None, context: Context) -> DeskRow:
    """A request stands in the group of its first reason; no other may hide behind that."""
    more = ", ".join(context.language.attention_word(reason) for reason in one.reasons[1:])
    also = context.language.label("digest", "also", value=more) if more else ""
    to_review = Reason.TO_REVIEW in one.reasons
    since = _since(one.since, context)
    title = cut(one.title, LONGEST)
    return DeskRow(one.number, title, one.partner, also, since, to_review, act=act, later=later)


def _waiting(one: Todo, context: Context) -> DeskRow:
    state = context.language.term_word(one.state)
    return DeskRow(one.number, cut(one.title, LONGEST), one.partner, state, _since(one.since, context))


def _since(at: datetime, context: Context) -> str:
    return context.language.label("digest", "since", value=context.day_shown(at))
