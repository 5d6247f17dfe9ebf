"""The reader's due date: earlier than the lender's, and never so early that nothing is left of the loan."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.ill import closed_days
from mailproc.ill.reader_due import ReaderTerm, due_of_reader

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
    assert due_of_reader(DUE, ReaderTerm(days_before), given_on) == due


@given(st.integers(0, 60), st.integers(-10, 90))
def test_it_leaves_half_of_the_time(days_before: int, days: int) -> None:
    given_on = before(days)
    due = due_of_reader(DUE, ReaderTerm(days_before), given_on)
    assert before(days_before) <= due <= DUE
    assert days < 1 or due - given_on >= (DUE - given_on) / 2


@pytest.mark.parametrize(
    ("closed", "given_on", "due"),
    [
        (["mon"], before(42), before(1)),
        (["sat", "sun", "mon"], before(42), before(3)),
        ([f"{before(20)}/{DUE}"], before(10), DUE),  # no open day is left of the loan
        ([f"{before(8)}/{before(2)}"], before(10), DUE),
        (closed_days.WEEKDAYS, None, DUE),
    ],
)
def test_the_day_on_which_we_are_closed(closed: list[str], given_on: date | None, due: date) -> None:
    assert due_of_reader(DUE, ReaderTerm(0, closed_days.read(closed)), given_on) == due


def test_it_is_moved_to_the_next_open_day_where_the_one_before_leaves_too_little_time() -> None:
    closed = closed_days.read([f"{before(8)}/{before(2)}"])
    assert due_of_reader(DUE, ReaderTerm(7, closed), before(10)) == before(1)


@given(st.integers(0, 60), st.integers(-10, 90), st.sets(st.sampled_from(closed_days.WEEKDAYS)))
def test_it_is_an_open_day_where_there_is_one(days_before: int, days: int, closed: set[str]) -> None:
    ours = closed_days.read(closed)
    given_on = before(days)
    due = due_of_reader(DUE, ReaderTerm(days_before, ours), given_on)
    least = min(given_on + (DUE - given_on + timedelta(days=1)) // 2, DUE)
    assert due <= DUE
    assert days <= 0 or due >= least
    left = (least + timedelta(days=far) for far in range((DUE - least).days + 1))
    assert due not in ours or days <= 0 or all(day in ours for day in left)
