"""What falls due while nobody writes: a function of where a transaction stands.

Timers are not set and cleared by events one by one. After each step the flow asks what is to
be waited for now, and makes the rows so; a timer that no longer follows from the standing is
gone, whatever led there. What fired is counted by the day it was about, so a renewal begins
anew. After a pause of ours each is caught up once: the next is counted from the last that fired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from mailproc.ill.events import Timer
from mailproc.ill.standing import Standing
from mailproc.ill.terms import Role, Service, State

OFFICE_OPENS = time(8, 0)
"""Reminders leave when somebody is there to be asked about them."""
CONFIRMED = 2
"""Days after its date by which an automatic renewal is confirmed; one library reports the day after."""
PROMISED = 4
"""Who has promised without a day is asked again after so many times the usual days."""

ASKED = (State.CANCEL_PENDING, State.RENEW_PENDING, State.RENEW_OVERDUE)
"""A question waits for its answer: theirs where we borrow, ours where we lend."""


@dataclass(frozen=True)
class Days:
    """[policy]'s numbers. 0 switches a timer off (0 levels: attention at once)."""

    chase: int = 7
    remind: int = 3
    overdue_every: int = 7
    overdue_levels: int = 3
    pending: int = 10
    answer: int = 7


@dataclass(frozen=True)
class Waiting:
    """What timers depend on beside the standing. Days are local days of the library.

    ``since``: the day of the last move (state or due date). ``today``: a day that has passed
    needs no reminder before it. ``fired``: by kind and the day it was about, the days on which
    it has fired, in order.
    """

    since: date
    today: date
    need_before: date | None = None
    fired: Mapping[tuple[Timer, date], Sequence[date]] = field(default_factory=dict)


Due = dict[Timer, date | None]


def wanted(standing: Standing, waiting: Waiting, days: Days) -> dict[Timer, datetime]:
    """What is to fire when: wall time in the library's zone, without zone."""
    if standing.closed:
        return {}
    side = _borrowing if standing.role is Role.REQUESTER else _lending
    due = side(standing, waiting, days)
    return {kind: datetime.combine(day, OFFICE_OPENS) for kind, day in due.items() if day is not None}


def about(kind: Timer, standing: Standing, waiting: Waiting) -> date:
    """The day that a timer of ``kind`` is about now."""
    if kind is Timer.NEED_BEFORE:
        return waiting.need_before or waiting.since
    if kind in (Timer.DUE_SOON, Timer.READER_OVERDUE, Timer.LOAN_OVERDUE):
        return standing.due_on or waiting.since
    if kind is Timer.RENEWAL_SILENT:
        return standing.renewal_on or waiting.since
    return waiting.since


def fired(kind: Timer, standing: Standing, waiting: Waiting) -> Sequence[date]:
    """When it has fired about that day."""
    return waiting.fired.get((kind, about(kind, standing, waiting)), ())


def _borrowing(standing: Standing, waiting: Waiting, days: Days) -> Due:
    state = standing.state
    if state is State.PENDING:
        chased = _chased(standing, waiting, days)
        return {Timer.UNANSWERED: chased, Timer.NEED_BEFORE: _need_passed(standing, waiting)}
    if state is State.CONDITIONAL:
        answer = _again(Timer.TO_ANSWER, standing, waiting, days.answer)
        return {Timer.TO_ANSWER: answer, Timer.NEED_BEFORE: _need_passed(standing, waiting)}
    if state is State.CANCEL_PENDING:
        return {Timer.CANCEL_SILENT: _once(Timer.CANCEL_SILENT, standing, waiting, days.pending)}
    if state not in (State.RECEIVED, State.OVERDUE, *ASKED):
        return {}
    silent = _renewal(standing, waiting, days)
    if silent is not None:
        return {Timer.RENEWAL_SILENT: silent}  # the due date is not yet the last word
    return _reader(standing, waiting, days)


def _lending(standing: Standing, waiting: Waiting, days: Days) -> Due:
    state = standing.state
    if state is State.IN_PROCESS:
        answer = _again(Timer.TO_ANSWER, standing, waiting, days.answer)
        return {Timer.TO_ANSWER: answer, Timer.NEED_BEFORE: _need_passed(standing, waiting)}
    if state in ASKED:
        return {Timer.TO_ANSWER: _again(Timer.TO_ANSWER, standing, waiting, days.answer)}
    if state is State.CONDITIONAL:
        return {Timer.UNANSWERED: _again(Timer.UNANSWERED, standing, waiting, days.chase)}
    if state in (State.SHIPPED, State.OVERDUE) and standing.service is Service.LOAN:
        return {Timer.LOAN_OVERDUE: _level(Timer.LOAN_OVERDUE, standing, waiting, days)}
    return {}


def _chased(standing: Standing, waiting: Waiting, days: Days) -> date | None:
    """After ``chase`` days without a word; who has promised is left in peace until then."""
    if not days.chase or standing.promise is None:
        return _again(Timer.UNANSWERED, standing, waiting, days.chase)
    on = standing.promise.get("date")
    if not on:
        return _again(Timer.UNANSWERED, standing, waiting, days.chase * PROMISED)
    again = _again(Timer.UNANSWERED, standing, waiting, days.chase)
    promised = date.fromisoformat(on) + timedelta(days=days.chase)
    return max(again, promised) if again else promised


def _renewal(standing: Standing, waiting: Waiting, days: Days) -> date | None:
    if standing.renewal_on is not None:
        if fired(Timer.RENEWAL_SILENT, standing, waiting):
            return None
        return standing.renewal_on + timedelta(days=CONFIRMED)
    if standing.state in ASKED:
        return _once(Timer.RENEWAL_SILENT, standing, waiting, days.pending)
    return None


def _reader(standing: Standing, waiting: Waiting, days: Days) -> Due:
    """Reminders of the reader who holds the item."""
    if standing.due_on is None or standing.service is not Service.LOAN:
        return {}
    overdue = _level(Timer.READER_OVERDUE, standing, waiting, days)
    return {Timer.DUE_SOON: _due_soon(standing, waiting, days), Timer.READER_OVERDUE: overdue}


def _due_soon(standing: Standing, waiting: Waiting, days: Days) -> date | None:
    """Not on the day it came: that letter has said until when; nor when it is too late for it."""
    due = standing.due_on
    if due is None or waiting.today > due or not days.remind or standing.state is not State.RECEIVED:
        return None
    if fired(Timer.DUE_SOON, standing, waiting):
        return None
    day = max(due - timedelta(days=days.remind), waiting.since + timedelta(days=1))
    return day if day <= due else None


def _level(kind: Timer, standing: Standing, waiting: Waiting, days: Days) -> date | None:
    """The day after the due date, then every ``overdue_every`` days; the last is for staff alone."""
    before = fired(kind, standing, waiting)
    if standing.due_on is None or not days.overdue_every or len(before) > days.overdue_levels:
        return None
    if before:
        return before[-1] + timedelta(days=days.overdue_every)
    return max(standing.due_on, waiting.since) + timedelta(days=1)


def _need_passed(standing: Standing, waiting: Waiting) -> date | None:
    """Once; not where it had passed before we asked (then staff knew)."""
    need = waiting.need_before
    if need is None or need < waiting.since or fired(Timer.NEED_BEFORE, standing, waiting):
        return None
    return need + timedelta(days=1)


def _again(kind: Timer, standing: Standing, waiting: Waiting, days: int) -> date | None:
    """After ``days`` without a word, and again after as many."""
    if not days:
        return None
    last = (waiting.since, *fired(kind, standing, waiting))[-1]
    return last + timedelta(days=days)


def _once(kind: Timer, standing: Standing, waiting: Waiting, days: int) -> date | None:
    return None if fired(kind, standing, waiting) else _again(kind, standing, waiting, days)
