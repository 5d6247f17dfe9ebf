"""How often and when: what timers count by. ``timers`` says which of them there are.

What fired is counted by the day it was about, so a renewal begins anew. After a pause of ours each
is caught up once: the next is counted from the last that fired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mailproc.ill.date_arithmetic import later
from mailproc.ill.events import Timer
from mailproc.ill.transaction_state import TransactionState

PROMISED = 4
"""Who has promised without a day is asked again after so many times the usual days."""

OF_THE_DUE_DATE = (Timer.DUE_SOON, Timer.READER_OVERDUE, Timer.LOAN_OVERDUE, Timer.DUE_UNHEARD)


@dataclass(frozen=True)
class Days:
    """[policy]'s numbers. 0 switches a timer off (0 levels: attention at once).

    ``repeat`` and ``status``: days before the first letter that goes again by itself, and before
    the first question; each pause after is twice as long. ``repeats``: so many of each.
    """

    chase: int = 7
    remind: int = 3
    overdue_every: int = 7
    overdue_levels: int = 3
    pending: int = 10
    answer: int = 7
    repeat: int = 4
    repeats: int = 2
    status: int = 14
    expire: int = 3


@dataclass(frozen=True)
class TimerInputs:
    """What timers depend on beside the standing. Days are local days of the library.

    ``since``: the day of the last move (state or due date). ``today``: a day that has passed
    needs no reminder before it. ``fired``: by kind and the day it was about, the days on which
    it has fired, in order. ``may_ask``: the letter that repairs this state (``timers.REPAIRS``) may
    go to the partner by itself, and nothing heard has made it needless. ``reply_by``: the day by
    which a condition is to be answered. ``expires``: the day on which their request ends, where
    we may tell them so by ourselves. ``need_before``: until when it is wanted; of two such days (theirs
    may name an expiry) the earlier that had not passed before. ``here``: we borrow, and the item has
    come, as far as the state leaves that open; ``came_on``: and then when. ``sent_back``: we lend, and
    on that day they said that it was on its way home.
    """

    since: date
    today: date
    need_before: date | None = None
    fired: Mapping[tuple[Timer, date], Sequence[date]] = field(default_factory=dict)
    may_ask: bool = False
    reply_by: date | None = None
    expires: date | None = None
    here: bool = True
    came_on: date | None = None
    sent_back: date | None = None


def about(kind: Timer, current: TransactionState, waiting: TimerInputs) -> date:
    """The day that a timer of ``kind`` is about now."""
    if kind is Timer.NEED_BEFORE:
        return waiting.need_before or waiting.since
    if kind in OF_THE_DUE_DATE:
        return current.due_on or waiting.since
    if kind is Timer.RENEWAL_SILENT:
        return current.renewal_on or waiting.since
    if kind is Timer.PROMISE_DUE:
        return promised_for(current) or waiting.since
    if kind is Timer.SENT_BACK:
        return waiting.sent_back or waiting.since
    if kind is Timer.EXPIRY:
        return waiting.expires or waiting.since
    return waiting.since


def promised_for(current: TransactionState) -> date | None:
    """The day that a promise names."""
    on = (current.promise or {}).get("date")
    return date.fromisoformat(on) if on else None


def fired(kind: Timer, current: TransactionState, waiting: TimerInputs) -> Sequence[date]:
    """When it has fired about that day."""
    return waiting.fired.get((kind, about(kind, current, waiting)), ())


def again(kind: Timer, current: TransactionState, waiting: TimerInputs, days: int) -> date | None:
    """After ``days`` without a word, and again after as many."""
    if not days:
        return None
    last = (waiting.since, *fired(kind, current, waiting))[-1]
    return later(last, days)


def repeated(
    kind: Timer, current: TransactionState, waiting: TimerInputs, days: int, times: int
) -> date | None:
    """After ``days``, then after twice the pause each time, at most ``times``; None when it is enough."""
    before = len(fired(kind, current, waiting))
    if not waiting.may_ask or before >= times:
        return None
    return again(kind, current, waiting, days * 2**before)


def repeated_then_once(
    kind: Timer, current: TransactionState, waiting: TimerInputs, pauses: tuple[int, int], times: int
) -> date | None:
    """Repeats as long as they last (after ``pauses[0]`` days), then once more: for staff."""
    first, last = pauses
    asked = repeated(kind, current, waiting, first, times)
    if asked is not None:
        return asked
    spent = times if waiting.may_ask and first else 0
    return again(kind, current, waiting, last) if len(fired(kind, current, waiting)) <= spent else None
