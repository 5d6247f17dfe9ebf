"""What falls due while nobody writes: a function of where a transaction stands.

Timers are not set and cleared by events one by one. After each step the flow asks what is to
be waited for now, and makes the rows so; a timer that no longer follows from the standing is
gone, whatever led there.

A letter that is lost leaves both sides where neither waits. One more letter brings every such
pair together (docs/states.md), so where the partner's machine throws repeats away we say the last
one again (``REPAIRS``): a bounded number of times, each pause twice as long as the one before.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from types import MappingProxyType

from mailproc.ill.date_arithmetic import later
from mailproc.ill.events import Timer
from mailproc.ill.terms import ApduType, Role, Service, State
from mailproc.ill.timer_schedule import (
    PROMISED,
    Days,
    TimerInputs,
    again,
    fired,
    promised_for,
    repeated,
    repeated_then_once,
)
from mailproc.ill.transaction_state import TransactionState

OFFICE_OPENS = time(8, 0)
"""Reminders leave when somebody is there to be asked about them."""
CONFIRMED = 2
"""Days after its date by which an automatic renewal is confirmed; one library reports the day after."""

ASKED = (State.CANCEL_PENDING, State.RENEW_PENDING, State.RENEW_OVERDUE)
"""A question waits for its answer: theirs where we borrow, ours where we lend."""
ON_LOAN = (State.SHIPPED, State.RECEIVED)
"""We have it, and the lender has not asked for it."""

LENT = (State.SHIPPED, State.OVERDUE, State.RECALL)
"""They have it, and it is for them to send it back."""

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
"""The timer of a state, and the letter that finds out, or makes good, what was lost. A
Status-Query is asked anew; any other letter is the last one of its kind once more."""

Due = dict[Timer, date | None]


def wanted(current: TransactionState, waiting: TimerInputs, days: Days) -> dict[Timer, datetime]:
    """What is to fire when: wall time in the library's zone, without zone."""
    if current.closed:
        return {}
    side = _borrowing if current.role is Role.REQUESTER else _lending
    due = side(current, waiting, days)
    return {kind: datetime.combine(day, OFFICE_OPENS) for kind, day in due.items() if day is not None}


def is_repair(kind: Timer, current: TransactionState, waiting: TimerInputs, days: Days) -> bool:
    """Is it (if it fires now) one of the bounded number that go out as a letter?"""
    of_state = REPAIRS.get((current.role, current.state))
    if not waiting.may_ask or of_state is None or of_state[0] is not kind or not _pause(kind, days):
        return False
    return len(fired(kind, current, waiting)) < _times(kind, days)


def _pause(kind: Timer, days: Days) -> int:
    """Days before the first letter of a repair."""
    if kind in (Timer.DUE_UNHEARD, Timer.RETURN_UNHEARD):
        return days.status
    return days.overdue_every if kind is Timer.LOAN_RECALLED else days.repeat


def _times(kind: Timer, days: Days) -> int:
    """How many. A "no" is not answered: it is said once more, in case it was lost."""
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
    if state in (State.NOT_SUPPLIED, State.RETURNED):  # then silence: many a library never says it is home
        kind, _ = REPAIRS[Role.REQUESTER, state]
        return {kind: repeated(kind, current, waiting, _pause(kind, days), _times(kind, days))}
    if state is State.RECALL:
        return {Timer.READER_RECALLED: _recalled(current, waiting, days)}
    return _in_hand(current, waiting, days)


def _in_hand(current: TransactionState, waiting: TimerInputs, days: Days) -> Due:
    """From Shipped until it goes back."""
    if current.state not in (*ON_LOAN, State.OVERDUE, *ASKED):
        return {}
    silent = _renewal(current, waiting, days) if current.service is Service.LOAN else None
    if silent is not None:
        asked_enough = waiting.may_ask and len(fired(Timer.RENEWAL_SILENT, current, waiting)) >= days.repeats
        reader = _reader(current, waiting, days) if asked_enough else {}
        return {Timer.RENEWAL_SILENT: silent} | reader  # until then the due date is not the last word
    unheard: Due = {Timer.DUE_UNHEARD: _due_unheard(current, waiting, days)}
    return unheard if current.state is State.SHIPPED else _reader(current, waiting, days) | unheard


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
        return {Timer.LOAN_OVERDUE: _level(Timer.LOAN_OVERDUE, current, waiting, days)}
    if state is State.RECALL:
        pauses = (days.overdue_every, days.overdue_every)
        back = repeated_then_once(Timer.LOAN_RECALLED, current, waiting, pauses, days.repeats)
        return {Timer.LOAN_RECALLED: back}
    return {}


def _unanswered(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """The request once more, where it can be; else, and then, as ``_chased``."""
    asked = repeated(Timer.UNANSWERED, current, waiting, days.repeat, days.repeats)
    if asked is None or current.promise is None:
        return asked or _chased(current, waiting, days)
    return max(asked, _promised(current, waiting, days.repeat))


def _chased(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """After ``chase`` days without a word; who has promised is left in peace until then."""
    if not days.chase or current.promise is None:
        return again(Timer.UNANSWERED, current, waiting, days.chase)
    if not current.promise.get("date"):
        return again(Timer.UNANSWERED, current, waiting, days.chase * PROMISED)
    then = again(Timer.UNANSWERED, current, waiting, days.chase)
    promised = _promised(current, waiting, days.chase)
    return max(then, promised) if then else promised


def _promised(current: TransactionState, waiting: TimerInputs, days: int) -> date:
    """So long who has promised is left in peace."""
    on = promised_for(current)
    if on:
        return later(on, days)
    return later(waiting.since, days * PROMISED)


def _our_promise(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """On its day, and again after as many days as an answer may take; without a day as theirs."""
    if not days.answer or fired(Timer.PROMISE_DUE, current, waiting):
        return again(Timer.PROMISE_DUE, current, waiting, days.answer)
    return promised_for(current) or later(waiting.since, days.answer * PROMISED)


def _to_answer(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Their condition: staff are reminded in time, where they named a day."""
    usual = again(Timer.TO_ANSWER, current, waiting, days.answer)
    by = waiting.reply_by
    in_time = by is not None and by > waiting.since and not fired(Timer.TO_ANSWER, current, waiting)
    return min(usual, by) if usual and by and in_time else usual


def _condition_unanswered(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Our condition: the day after the one we named, else as any silence."""
    if waiting.reply_by is None or not days.chase or fired(Timer.UNANSWERED, current, waiting):
        return again(Timer.UNANSWERED, current, waiting, days.chase)
    return later(max(waiting.reply_by, waiting.since), 1)


def _expiry(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """``expire`` days after staff were told that the day has passed; never of what was promised."""
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
        return repeated_then_once(Timer.RENEWAL_SILENT, current, waiting, pauses, days.repeats)
    return None


def _due_unheard(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Past its due date, and the lender has said nothing: an Overdue, or more, may be lost."""
    if current.state not in ON_LOAN or current.due_on is None or not waiting.may_ask:
        return None
    from_due = replace(waiting, since=max(current.due_on, waiting.since))
    pauses = (days.status, days.status)
    return repeated_then_once(Timer.DUE_UNHEARD, current, from_due, pauses, days.repeats)


def _reader(current: TransactionState, waiting: TimerInputs, days: Days) -> Due:
    """Reminders of the reader who holds the item."""
    if current.due_on is None or current.service is not Service.LOAN or not waiting.here:
        return {}
    overdue = _level(Timer.READER_OVERDUE, current, waiting, days)
    return {Timer.DUE_SOON: _due_soon(current, waiting, days), Timer.READER_OVERDUE: overdue}


def _recalled(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """The recall was the first letter to the reader; then as many as of a loan past its day, then staff."""
    before = fired(Timer.READER_RECALLED, current, waiting)
    if not waiting.here or not days.overdue_every or len(before) >= max(days.overdue_levels, 1):
        return None
    told = max(waiting.since, waiting.came_on or waiting.since)
    return later((told, *before)[-1], days.overdue_every)


def _due_soon(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Not on the day it came: that letter has said until when; nor when it is too late for it."""
    due = current.due_on
    if due is None or waiting.today > due or not days.remind or current.state is not State.RECEIVED:
        return None
    if fired(Timer.DUE_SOON, current, waiting):
        return None
    day = max(later(due, -days.remind), later(waiting.since, 1))
    return day if day <= due else None


def _level(kind: Timer, current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """The day after the due date, then every ``overdue_every`` days; the last is for staff alone."""
    before = fired(kind, current, waiting)
    if current.due_on is None or not days.overdue_every or len(before) > days.overdue_levels:
        return None
    if before:
        return later(before[-1], days.overdue_every)
    return later(max(current.due_on, waiting.since), 1)


def _unseen(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Nobody is dunned for what is under way: staff are asked, once, to look on the shelf."""
    if waiting.sent_back is None or not days.overdue_every or fired(Timer.SENT_BACK, current, waiting):
        return None
    return later(waiting.sent_back, days.status or days.overdue_every)


def _need_passed(current: TransactionState, waiting: TimerInputs) -> date | None:
    """Once; not where it had passed before we asked (then staff knew)."""
    need = waiting.need_before
    if need is None or need < waiting.since or fired(Timer.NEED_BEFORE, current, waiting):
        return None
    return later(need, 1)
