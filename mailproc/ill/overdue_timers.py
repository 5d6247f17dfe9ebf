"""When whoever has the item is reminded: before the day, after it, and of a recall."""

from datetime import date

from mailproc.ill.date_arithmetic import later
from mailproc.ill.events import Timer
from mailproc.ill.reader_due import due_of_reader
from mailproc.ill.terms import Service, State
from mailproc.ill.timer_schedule import (
    Days,
    Due,
    TimerInputs,
    after_the_letter,
    fired,
    renewal_missed,
    said,
)
from mailproc.ill.transaction_state import TransactionState


def reader(current: TransactionState, waiting: TimerInputs, days: Days) -> Due:
    """Return the reminders of the reader who has the item."""
    if current.due_on is None or current.service is not Service.LOAN or not waiting.here:
        return {}
    due = due_of_reader(current.due_on, days.reader_term, waiting.given_on)
    begins = max(due, renewal_missed(current, waiting) or due)
    overdue = level(Timer.READER_OVERDUE, begins, current, waiting, days)
    return {Timer.DUE_SOON: _due_soon(due, current, waiting, days), Timer.READER_OVERDUE: overdue}


def recalled(current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return the next letter: the recall was the first, then as many as for an overdue loan, then staff."""
    before = fired(Timer.READER_RECALLED, current, waiting)
    told_enough = said(Timer.READER_RECALLED, current, waiting) >= max(days.overdue_levels, 1)
    if not waiting.here or not days.overdue_every or told_enough:
        return None
    told = max(waiting.since, waiting.came_on or waiting.since)
    day = later(after_the_letter((told, *before)[-1], waiting), days.overdue_every)
    return not_before_its_day(day, Timer.READER_RECALLED, current, waiting)


def not_before_its_day(
    day: date | None, kind: Timer, current: TransactionState, waiting: TimerInputs
) -> date | None:
    """Return ``day``; for the first letter after a recall not before the day that the recall names."""
    if day is None or waiting.wanted_by is None or fired(kind, current, waiting):
        return day
    return max(day, later(waiting.wanted_by, 1))


def _due_soon(due: date, current: TransactionState, waiting: TimerInputs, days: Days) -> date | None:
    """Return the day of the reminder; not the day of arrival (that letter names the due date), nor too
    late."""
    has_time = current.state is State.RECEIVED or waiting.renewal_answered
    if waiting.today > due or not days.remind or not has_time:
        return None
    if fired(Timer.DUE_SOON, current, waiting):
        return None
    day = max(later(due, -days.remind), later(waiting.since, 1))
    return day if day <= due else None


def level(
    kind: Timer, due: date | None, current: TransactionState, waiting: TimerInputs, days: Days
) -> date | None:
    """Return the day after ``due`` and the grace, then each ``overdue_every`` days; the last is for staff."""
    before = fired(kind, current, waiting)
    if due is None or not days.overdue_every or said(kind, current, waiting) > days.overdue_levels:
        return None
    if before:
        return later(after_the_letter(before[-1], waiting), days.overdue_every)
    return later(max(due, waiting.since), days.grace + 1)
