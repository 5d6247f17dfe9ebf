"""What falls due while nobody writes: a function of a transaction's current state.

Timers are not set and cleared by events one by one. After each step the flow asks what is pending now, and
makes the rows match; a timer that no longer follows from the state is deleted.

A lost message leaves both sides in a pair of states in which neither waits. One more message brings every
such pair together (docs/states.md). So if the partner's system discards repeats we repeat our last message
(``REPAIRS``): a limited number of times, each pause twice as long as the one before.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from types import MappingProxyType

from mailproc.ill import overdue_timers
from mailproc.ill.date_arithmetic import later
from mailproc.ill.events import Timer
from mailproc.ill.terms import ApduType, Role, Service, State
from mailproc.ill.timer_schedule import (
    PROMISED,
    Days,
    Due,
    TimerInputs,
    after_their_words,
    again,
    fired,
    loan_not_arrived,
    on_open_days,
    promised_for,
    repeated,
    repeated_then_once,
)
from mailproc.ill.transaction_state import TransactionState

OFFICE_OPENS = time(8, 0)
"""Reminders leave when staff are there to answer questions."""
CONFIRMED = 2
"""Days after its date by which an automatic renewal is confirmed; one library reports the day after."""

ASKED = (State.CANCEL_PENDING, State.RENEW_PENDING, State.RENEW_OVERDUE)
"""States in which a question waits for its answer: the lender's where we borrow, ours where we lend."""
ON_LOAN = (State.SHIPPED, State.RECEIVED)
"""States in which we have the item, and the lender has not demanded it."""

LENT = (State.SHIPPED, State.OVERDUE, State.RECALL)
"""States in which the borrower has the item, and must send it back."""

OF_READER = (Timer.DUE_SOON, Timer.READER_OVERDUE, Timer.READER_RECALLED)
"""Reminders of the reader who has the item; of staff where the reader does not have it."""

REPAIRS: Mapping[tuple[Role, State], tuple[Timer, ApduType]] = MappingProxyType(
    {
        (Role.REQUESTER, State.PENDING): (Timer.UNANSWERED, ApduType.ILL_REQUEST),
        (Role.REQUESTER, State.CANCEL_PENDING): (Timer.CANCEL_SILENT, ApduType.CANCEL),
        (Role.REQUESTER, State.NOT_SUPPLIED): (Timer.REFUSAL_UNHEARD, ApduType.CONDITIONAL_REPLY),
        (Role.REQUESTER, State.SHIPPED): (Timer.DUE_UNHEARD, ApduType.STATUS_QUERY),
        (Role.REQUESTER, State.RECEIVED): (Timer.DUE_UNHEARD, ApduType.STATUS_QUERY),
        (Role.REQUESTER, State.RENEW_PENDING): (Timer.RENEWAL_SILENT, ApduType.RENEW),
        (Role.REQUESTER, State.RENEW_OVERDUE): (Timer.RENEWAL_SILENT, ApduType.RENEW),
        (Role.REQUESTER, State.RETURNED): (Timer.RETURN_UNHEARD, ApduType.STATUS_QUERY),
        (Role.RESPONDER, State.RECALL): (Timer.LOAN_RECALLED, ApduType.RECALL),
    }
)
"""The timer of a state, and the message that finds out what was lost, or replaces it.

A Status-Query is a new one; any other message is the last one of its type, repeated.
"""

OF_PARTNER = (Timer.UNANSWERED, Timer.LOAN_OVERDUE, *(timer for timer, _ in REPAIRS.values()))
"""Timers that write to the partner, or tell staff that it is silent."""


def wanted(current: TransactionState, waiting: TimerInputs, days: Days) -> dict[Timer, datetime]:
    """Return what is to fire when: wall time in the library's zone, without zone."""
    if current.closed:
        return {}
    side = _borrowing if current.role is Role.REQUESTER else _lending
    due = after_their_words(side(current, waiting, days), OF_PARTNER, waiting, days)
    repairs = [kind for kind in due if is_repair(kind, current, waiting, days)]
    due = on_open_days(due, repairs, days)
    return {kind: datetime.combine(day, OFFICE_OPENS) for kind, day in due.items() if day is not None}


def is_repair(kind: Timer, current: TransactionState, waiting: TimerInputs, days: Days) -> bool:
    """Return whether it is (if it fires now) one of the limited number that go out as a message."""
    of_state = REPAIRS.get((current.role, current.state))
    if not waiting.may_ask or of_state is None or of_state[0] is not kind or not _pause(kind, days):
        return False
    if kind is Timer.UNANSWERED and _is_too_late(waiting.today, waiting):
        return False
    return len(fired(kind, current, waiting)) < _times(kind, days)


def _pause(kind: Timer, days: Days) -> int:
    """Return the days before the first message of a repair."""
    if kind in (Timer.DUE_UNHEARD, Timer.RETURN_UNHEARD):
        return days.status
    return days.overdue_every if kind is Timer.LOAN_RECALLED else days.repeat


def _times(kind: Timer, days: Days) -> int:
    """Return the number of repeats. A "no" gets no answer, so it is sent once more, in case it was lost."""
    return min(days.repeats, 1) if kind is Timer.REFUSAL_UNHEARD else days.repeats


def _borrowing(current: TransactionState, waiting: TimerInputs, days: Days) -> Due:
    state = current.state
    need = {Timer.NEED_BEFORE: _need_passed(current, waiting)}
    if state is State.PENDING:
        return {Timer.UNANSWERED: _unanswered(current, waiting, days)} | need
    if state is State.CONDITIONAL:
        return {Timer.TO_ANSWER: _to_answer(current, waiting, days)} | need
    if state is State.CANCEL_PENDING:
        pauses = (days.repeat, days.pending)
        silent = repeated_then_once(Timer.CANCEL_SILENT, current, waiting, pauses, days.repeats)
        return {Timer.CANCEL_SILENT: silent}
    if state in (State.NOT_SUPPLIED, State.RETURNED):  # then no message: many libraries send no Checked-In
        kind, _ = REPAIRS[Role.REQUESTER, state]
        unheard = repeated(kind, current, waiting, _pause(kind, days), _times(kind, days))
        return {
            kind: unheard,
            Timer.UNFILLED_LETTER: _unfilled_letter(current, waiting, days),
            Timer.ASK_AGAIN: _ask_again(current, waiting),
        }
    if state is State.RECALL:
        return {Timer.READER_RECALLED: overdue_timers.recalled(current, waiting, days)}
    return _in_hand(current, waiting, days)


def _unfilled_letter(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return when the reader hears that no library can supply it, once."""
    if not waiting.unfilled_untold or fired(Timer.UNFILLED_LETTER, current, waiting):
        return None
    return later(waiting.since, days.unfilled_letter)


def _in_hand(current: TransactionState, waiting: TimerInputs, days: Days) -> Due:
    """Return the timers from Shipped until the item goes back."""
    if current.state not in (*ON_LOAN, State.OVERDUE, *ASKED):
        return {}
    if current.state is State.SHIPPED and current.service is not Service.LOAN:
        return {Timer.NOT_ARRIVED: again(Timer.NOT_ARRIVED, current, waiting, days.arrive)}
    silent = _renewal(current, waiting, days) if current.service is Service.LOAN else None
    if silent is not None:
        asked_enough = waiting.may_ask and len(fired(Timer.RENEWAL_SILENT, current, waiting)) >= days.repeats
        final = asked_enough or waiting.renewal_answered
        reader = overdue_timers.reader(current, waiting, days) if final else {}
        return {Timer.RENEWAL_SILENT: silent} | reader  # until then the due date may still change
    unheard: Due = {Timer.DUE_UNHEARD: _due_unheard(current, waiting, days)}
    if current.state is State.SHIPPED:
        return unheard | {Timer.NOT_ARRIVED: loan_not_arrived(current, waiting, days)}
    return overdue_timers.reader(current, waiting, days) | unheard


def _lending(current: TransactionState, waiting: TimerInputs, days: Days) -> Due:
    state = current.state
    ends = {
        Timer.NEED_BEFORE: _need_passed(current, waiting),
        Timer.EXPIRY: _expiry(current, waiting, days),
    }
    if state is State.IN_PROCESS and current.promise is not None:
        return {Timer.PROMISE_DUE: _our_promise(current, waiting, days)} | ends
    if state is State.IN_PROCESS:
        return {Timer.TO_ANSWER: again(Timer.TO_ANSWER, current, waiting, days.answer)} | ends
    if state in ASKED:
        return {Timer.TO_ANSWER: again(Timer.TO_ANSWER, current, waiting, days.answer)}
    if state is State.CONDITIONAL:
        return {Timer.UNANSWERED: _condition_unanswered(current, waiting, days)} | ends
    if waiting.sent_back and state in LENT and current.service is Service.LOAN:
        return {Timer.SENT_BACK: _unseen(current, waiting, days)}
    if state in (State.SHIPPED, State.OVERDUE) and current.service is Service.LOAN:
        return {
            Timer.LOAN_OVERDUE: overdue_timers.level(
                Timer.LOAN_OVERDUE, current.due_on, current, waiting, days
            )
        }
    if state is State.RECALL:
        pauses = (days.overdue_every, days.overdue_every)
        back = repeated_then_once(Timer.LOAN_RECALLED, current, waiting, pauses, days.repeats)
        return {
            Timer.LOAN_RECALLED: overdue_timers.not_before_its_day(
                back, Timer.LOAN_RECALLED, current, waiting
            )
        }
    return {}


def _ask_again(current: TransactionState, waiting: TimerInputs) -> date | None:
    """Return the day that the lender named, once."""
    if current.state is not State.NOT_SUPPLIED or fired(Timer.ASK_AGAIN, current, waiting):
        return None
    return waiting.ask_again


def _unanswered(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Repeat the request, if possible; otherwise, and then, as ``_chased``."""
    asked = repeated(Timer.UNANSWERED, current, waiting, days.repeat, days.repeats)
    if asked is not None and current.promise is not None:
        asked = max(asked, _promised(current, waiting, days.repeat))
    if asked is None or _is_too_late(asked, waiting):
        return _chased(current, waiting, days)
    return asked


def _is_too_late(day: date, waiting: TimerInputs) -> bool:
    """Return whether the item is no longer wanted on ``day``: then nobody is asked for it once more."""
    return waiting.need_before is not None and waiting.need_before < day


def _chased(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return the day after ``chase`` days without a message; not before a promised day."""
    if not days.chase or current.promise is None:
        return again(Timer.UNANSWERED, current, waiting, days.chase)
    if not current.promise.get("date"):
        return again(Timer.UNANSWERED, current, waiting, days.chase * PROMISED)
    then = again(Timer.UNANSWERED, current, waiting, days.chase)
    promised = _promised(current, waiting, days.chase)
    return max(then, promised) if then else promised


def _promised(current: TransactionState, waiting: TimerInputs, days: int) -> date:
    """Return the day until which a promise is left alone."""
    on = promised_for(current)
    if on:
        return later(on, days)
    return later(waiting.since, days * PROMISED)


def _our_promise(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return its day, and again after as many days as an answer may take; without a day as for theirs."""
    if not days.answer or fired(Timer.PROMISE_DUE, current, waiting):
        return again(Timer.PROMISE_DUE, current, waiting, days.answer)
    return promised_for(current) or later(waiting.since, days.answer * PROMISED)


def _to_answer(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return when staff are reminded of the lender's condition: in time, if it names a day."""
    usual = again(Timer.TO_ANSWER, current, waiting, days.answer)
    by = waiting.reply_by
    in_time = by is not None and by > waiting.since and not fired(Timer.TO_ANSWER, current, waiting)
    return min(usual, by) if usual and by and in_time else usual


def _condition_unanswered(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return the day after the one that our condition names, otherwise as for any question."""
    if waiting.reply_by is None or not days.chase or fired(Timer.UNANSWERED, current, waiting):
        return again(Timer.UNANSWERED, current, waiting, days.chase)
    return later(max(waiting.reply_by, waiting.since), 1)


def _expiry(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return ``expire`` days after staff were told that the day has passed; never for a promise."""
    if not days.expire or waiting.expires is None or current.promise is not None:
        return None
    told = (*fired(Timer.NEED_BEFORE, current, waiting), *_told_of_condition(current, waiting))
    if not told or fired(Timer.EXPIRY, current, waiting):
        return None
    return later(max(min(told), waiting.expires), days.expire)


def _told_of_condition(current: TransactionState, waiting: TimerInputs) -> tuple[date, ...]:
    named = current.state is State.CONDITIONAL and waiting.reply_by is not None
    return tuple(fired(Timer.UNANSWERED, current, waiting)) if named else ()


def _renewal(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    if current.renewal_on is not None:
        if fired(Timer.RENEWAL_SILENT, current, waiting):
            return None
        return later(current.renewal_on, CONFIRMED)
    if current.state in ASKED:
        pauses = (days.repeat, days.pending)
        repeats = 0 if waiting.renewal_answered else days.repeats
        return repeated_then_once(Timer.RENEWAL_SILENT, current, waiting, pauses, repeats)
    return None


def _due_unheard(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return when to ask after the due date without a message: an Overdue, or more, may be lost."""
    if current.state not in ON_LOAN or current.due_on is None or not waiting.may_ask:
        return None
    from_due = replace(waiting, since=max(current.due_on, waiting.since))
    pauses = (days.status, days.status)
    return repeated_then_once(Timer.DUE_UNHEARD, current, from_due, pauses, days.repeats)


def _unseen(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return when staff are asked, once, to look on the shelf; an item under way is not demanded."""
    if waiting.sent_back is None or not days.overdue_every or fired(Timer.SENT_BACK, current, waiting):
        return None
    return later(waiting.sent_back, days.status or days.overdue_every)


def _need_passed(current: TransactionState, waiting: TimerInputs) -> date | None:
    """Return the day, once; not if it had passed before we asked (staff knew that)."""
    need = waiting.need_before
    if need is None or need < waiting.since or fired(Timer.NEED_BEFORE, current, waiting):
        return None
    return later(need, 1)
