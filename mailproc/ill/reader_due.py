"""The day by which a reader must bring a loan back: before the lender's due date, if policy says so."""

from dataclasses import dataclass
from datetime import date, timedelta

from mailproc.ill.closed_days import NEVER, ClosedDays
from mailproc.ill.date_arithmetic import later


@dataclass(frozen=True)
class ReaderTerm:
    """How the reader's due date follows from the lender's: ``days_before`` it, on a day when we are open."""

    days_before: int = 0
    closed: ClosedDays = NEVER  # of our own library

    @property
    def is_apart(self) -> bool:
        """Return whether the reader's date may be another than the lender's."""
        return bool(self.days_before or self.closed)


LENDERS_DATE = ReaderTerm()


def due_of_reader(due_on: date, term: ReaderTerm, given_on: date | None) -> date:
    """Return the reader's due date: as many days before the lender's ``due_on`` as ``term`` says.

    ``given_on``: the day on which the reader got the item, or more time for it. The reader keeps it for half
    of the time from then on at least: a short loan would leave nothing else. Never after the lender's. Where
    we are closed on that day it is the last open day before it, else the next.
    """
    wished = later(due_on, -term.days_before)
    if given_on is None:
        return _open_day(wished, term.closed, date.min, due_on)
    if given_on >= due_on:
        return due_on
    half = (due_on - given_on + timedelta(days=1)) // 2
    least = given_on + timedelta(days=half.days)
    return _open_day(max(wished, least), term.closed, least, due_on)


def _open_day(day: date, closed: ClosedDays, first: date, last: date) -> date:
    """Return the open day nearest to ``day``, rather before it; ``day`` if none lies in the span."""
    if day not in closed:
        return day
    near = (closed.closes(day), closed.opens(day))
    return next((one for one in near if one is not None and first <= one <= last), day)
