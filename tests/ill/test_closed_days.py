"""Days on which a library is closed."""

from datetime import date

import pytest

from mailproc.ill import closed_days

SUNDAY = date(2026, 3, 1)


def test_days_spans_and_weekdays() -> None:
    closed = closed_days.read(["2026-12-24", "2027-01-01/2027-01-06", "SUN"])
    assert [day in closed for day in (date(2026, 12, 24), date(2026, 12, 25))] == [True, False]
    assert [date(2027, 1, day) in closed for day in (1, 6, 7)] == [True, True, False]
    assert SUNDAY in closed


def test_the_next_open_day() -> None:
    closed = closed_days.read(["sat", "sun", "2026-03-02"])
    assert closed.opens(date(2026, 2, 28)) == date(2026, 3, 3)
    assert closed.opens(date(2026, 3, 4)) == date(2026, 3, 4)


def test_the_last_open_day() -> None:
    closed = closed_days.read(["sat", "sun", "2026-03-02"])
    assert closed.closes(date(2026, 3, 2)) == date(2026, 2, 27)
    assert closed.closes(date(2026, 3, 4)) == date(2026, 3, 4)
    assert closed_days.read(closed_days.WEEKDAYS).closes(SUNDAY) is None


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar(day: date) -> None:
    closed = closed_days.read([f"{day}", *closed_days.WEEKDAYS])
    assert (closed.opens(day), closed.closes(day)) == (None, None)


def test_a_library_that_never_opens() -> None:
    assert closed_days.read(closed_days.WEEKDAYS).opens(SUNDAY) is None


@pytest.mark.parametrize(
    "word", ["", "someday", "2026-13-01", "/2026-03-02", "2026-03-02/2026-03-01", "2026-03-02/x"]
)
def test_what_is_no_day(word: str) -> None:
    with pytest.raises(ValueError) as error:
        closed_days.read([word])
    assert str(error.value) == word
