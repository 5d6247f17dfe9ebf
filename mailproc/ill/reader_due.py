"""The day by which a reader must bring a loan back: before the lender's due date, if policy says so."""

from datetime import date, timedelta

from mailproc.ill.date_arithmetic import later


def due_of_reader(due_on: date, days_before: int, given_on: date | None) -> date:
    """Return the reader's due date: ``days_before`` the lender's ``due_on``.

    ``given_on``: the day on which the reader got the item, or more time for it. The reader keeps it for half
    of the time from then on at least: a short loan would leave nothing else. Never after the lender's.
    """
    wished = later(due_on, -days_before)
    if given_on is None or given_on >= due_on:
        return wished if given_on is None else due_on
    half = (due_on - given_on + timedelta(days=1)) // 2
    return max(wished, given_on + timedelta(days=half.days))
