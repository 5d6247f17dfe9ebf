"""The reader's due date: earlier than the lender's, and never so early that nothing is left of the loan."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.ill.reader_due import due_of_reader

DUE = date(2026, 3, 30)


def before(days: int) -> date:
    return DUE - timedelta(days=days)


@pytest.mark.parametrize(
    ("days_before", "given_on", "due"),
    [
        (0, before(10), DUE),
        (5, None, before(5)),
        (5, before(42), before(5)),
        (5, before(10), before(5)),
        (7, before(6), before(3)),  # on the day itself nobody could use it
        (7, before(1), DUE),
        (7, DUE, DUE),
        (7, before(-3), DUE),
    ],
)
def test_the_day(days_before: int, given_on: date | None, due: date) -> None:
    assert due_of_reader(DUE, days_before, given_on) == due


@given(st.integers(0, 60), st.integers(-10, 90))
def test_it_leaves_half_of_the_time(days_before: int, days: int) -> None:
    given_on = before(days)
    due = due_of_reader(DUE, days_before, given_on)
    assert before(days_before) <= due <= DUE
    assert days < 1 or due - given_on >= (DUE - given_on) / 2
