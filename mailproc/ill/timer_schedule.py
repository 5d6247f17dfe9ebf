"""How often and when timers fire; ``timers`` decides which there are.

Firings are counted by the day they are about, so a renewal starts again. After a stop of the service each
timer is caught up once: the next is counted from the last firing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mailproc.ill.date_arithmetic import later
from mailproc.ill.events import Timer
from mailproc.ill.reader_due import LENDERS_DATE, ReaderTerm
from mailproc.ill.terms import Service
from mailproc.ill.transaction_state import RENEWAL_ASKED, TransactionState

PROMISED = 4
"""A promise without a day is asked about after this multiple of the usual days."""

OF_THE_DUE_DATE = (Timer.DUE_SOON, Timer.READER_OVERDUE, Timer.LOAN_OVERDUE, Timer.DUE_UNHEARD)

ON_ANY_DAY = (Timer.DUE_SOON, Timer.UNFILLED_LETTER, Timer.ASK_AGAIN, Timer.EXPIRY)
"""Timers that need nobody of ours: a warning, a last word, or a day that a partner named."""

Due = dict[Timer, date | None]
"""When each is due; None for one that is not."""


@dataclass(frozen=True)
class Days:
    """The numbers of [policy]. 0 turns a timer off (0 levels: attention at once).

    ``reader_term``: the reader's due date, and the days on which we are closed. ``grace``: days after a due
    date before the first overdue notice. ``arrive``: days until a copy that was reported sent should be here.
    ``repeat`` and ``status``: days before the first automatic repeat, and before the first question; each
    later pause is twice as long. ``repeats``: how many of each. ``unfilled_letter``: days until a reader
    hears that no library can supply it; 0: at once, without a timer.
    """

    chase: int = 7
    arrive: int = 14
    remind: int = 3
    reader_term: ReaderTerm = LENDERS_DATE
    grace: int = 0
    overdue_every: int = 7
    overdue_levels: int = 3
    pending: int = 10
    answer: int = 7
    repeat: int = 4
    repeats: int = 2
    status: int = 14
    expire: int = 3
    unfilled_letter: int = 0


@dataclass(frozen=True)
class TimerInputs:
    """What timers depend on beside the state. Days are local days of the library.

    ``since``: the day of the last change of state or due date. ``today``: reminders before a day that has
    passed are skipped. ``fired``: by kind and the day it was about, the days on which it fired, in order.
    ``may_ask``: the message that repairs this state (``timers.REPAIRS``) may be sent automatically, and is
    still needed. ``reply_by``: the day by which a condition is to be answered. ``expires``: the day on which
    the borrower's request ends, if we may say so automatically. ``need_before``: until when it is wanted; of
    two such days (the borrower may name an expiry) the earlier that had not passed. ``here``: as borrower,
    whether the item has come, as far as the state leaves that open; ``came_on``: the day. ``given_on``: the
    day that bounds the reader's due date (``reader_due``), where that is not the lender's. ``sent_back``: as
    lender, the day on which the borrower reported its return. ``wanted_by``: the day that a recall names.
    ``renewal_answered``: our question was answered, though with a day that is not after ours.
    ``unprinted``: how often a reminder fired in vain, as the one before it still waited to be printed.
    ``reminded_on``: the day on which the reader's last reminder left, or leaves: further ones count from it.
    ``unfilled_untold``: the rota has ended, and the reader has not heard of it.
    ``words_unread``: people of the partner wrote, and staff have neither recorded it nor looked;
    ``words_on``: the last day on which such words came, or staff dealt with them.
    ``ask_again``: the day on which a lender wants to be asked again, if the item is still wanted then and
    nobody else was asked.
    """

    since: date
    today: date
    need_before: date | None = None
    fired: Mapping[tuple[Timer, date], Sequence[date]] = field(default_factory=dict)
    unprinted: Mapping[tuple[Timer, date], int] = field(default_factory=dict)
    reminded_on: date | None = None
    may_ask: bool = False
    reply_by: date | None = None
    expires: date | None = None
    here: bool = True
    came_on: date | None = None
    given_on: date | None = None
    sent_back: date | None = None
    unfilled_untold: bool = False
    wanted_by: date | None = None
    renewal_answered: bool = False
    ask_again: date | None = None
    words_unread: bool = False
    words_on: date | None = None


def about(kind: Timer, current: TransactionState, waiting: TimerInputs) -> date:
    """Return the day that a timer of ``kind`` is about now."""
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
    if kind is Timer.ASK_AGAIN:
        return waiting.ask_again or waiting.since
    if kind is Timer.EXPIRY:
        return waiting.expires or waiting.since
    return waiting.since


def promised_for(current: TransactionState) -> date | None:
    """Return the promised day."""
    on = (current.promise or {}).get("date")
    return date.fromisoformat(on) if on else None


def fired(kind: Timer, current: TransactionState, waiting: TimerInputs) -> Sequence[date]:
    """Return when it fired about that day."""
    return waiting.fired.get((kind, about(kind, current, waiting)), ())


def said(kind: Timer, current: TransactionState, waiting: TimerInputs) -> int:
    """Return how often it fired about that day and led to a letter."""
    in_vain = waiting.unprinted.get((kind, about(kind, current, waiting)), 0)
    return len(fired(kind, current, waiting)) - in_vain


def renewal_missed(current: TransactionState, waiting: TimerInputs) -> date | None:
    """Return the day on which staff heard that an announced renewal did not come: they hear it before the
    reader is asked for the item."""
    if current.due_on is None or current.state in RENEWAL_ASKED:
        return None
    return max(waiting.fired.get((Timer.RENEWAL_SILENT, current.due_on), ()), default=None)


def after_the_letter(day: date, waiting: TimerInputs) -> date:
    """Return the day from which the next reminder counts: that of the last letter, if it left later."""
    return max(day, waiting.reminded_on or day)


def again(kind: Timer, current: TransactionState, waiting: TimerInputs, days: int) -> date | None:
    """Return the day after ``days`` without a message, and again after as many."""
    if not days:
        return None
    last = (waiting.since, *fired(kind, current, waiting))[-1]
    return later(last, days)


def loan_not_arrived(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return when staff are asked for a loan that does not come: on its due date, where no system answers."""
    due, loan = current.due_on, current.service is Service.LOAN
    if due is None or not loan or waiting.may_ask or not days.arrive:
        return None
    if fired(Timer.NOT_ARRIVED, current, waiting):
        return again(Timer.NOT_ARRIVED, current, waiting, days.arrive)
    return max(due, later(waiting.since, 1))


def repeated(
    kind: Timer, current: TransactionState, waiting: TimerInputs, days: int, times: int
) -> date | None:
    """Return the day after ``days``, then after twice the pause each time, at most ``times``; then None."""
    before = len(fired(kind, current, waiting))
    if not waiting.may_ask or before >= times:
        return None
    return again(kind, current, waiting, days * 2**before)


def repeated_then_once(
    kind: Timer, current: TransactionState, waiting: TimerInputs, pauses: tuple[int, int], times: int
) -> date | None:
    """Return the days of the repeats (first after ``pauses[0]``), then one more, for staff."""
    first, last = pauses
    asked = repeated(kind, current, waiting, first, times)
    if asked is not None:
        return asked
    spent = times if waiting.may_ask and first else 0
    return again(kind, current, waiting, last) if len(fired(kind, current, waiting)) <= spent else None


def after_their_words(
    due: Mapping[Timer, date | None], of_partner: Collection[Timer], waiting: TimerInputs, days: Days
) -> dict[Timer, date | None]:
    """Return what is due where people of the partner have written: first staff read that.

    Then the partner has as long as for an answer. ``of_partner``: the timers that write to the partner, or
    tell staff that it is silent.
    """
    if waiting.words_unread:
        return {kind: day for kind, day in due.items() if kind not in of_partner}
    if waiting.words_on is None:
        return dict(due)
    earliest = later(waiting.words_on, days.chase)
    return {kind: max(day, earliest) if day and kind in of_partner else day for kind, day in due.items()}


def on_open_days(
    due: Mapping[Timer, date | None], repairs: Collection[Timer], days: Days
) -> dict[Timer, date | None]:
    """Return what is due, on the next day on which we are open where somebody of ours must be there.

    ``repairs``: those that go as messages to a machine, which is there on any day.
    """
    closed = days.reader_term.closed
    waits = {
        kind for kind, day in due.items() if day and day in closed and kind not in (*ON_ANY_DAY, *repairs)
    }
    return {kind: (closed.opens(day) or day) if day and kind in waits else day for kind, day in due.items()}
