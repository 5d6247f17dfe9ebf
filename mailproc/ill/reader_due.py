"""The day by which a reader must bring a loan back: before the lender's due date, if policy says so."""

from datetime import date

from mailproc.ill.date_arithmetic import later


def due_of_reader(due_on: date, days_before: int, given_on: date | None) -> date:
    """Return the reader's due date: ``days_before`` the lender's ``due_on``.

    ``given_on``: the day on which the reader got the item, or more time for it. The reader's date is not
    before that day, so that no letter asks for something in the past. It is never after the lender's.
    """
    wished = later(due_on, -days_before)
    return min(due_on, max(wished, given_on or wished))
