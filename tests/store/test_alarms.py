"""Alarms are remembered while they keep anybody silent, and no longer: the table does not grow for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from mailproc.store import alarms

DAY = timedelta(days=1)


def keys(store):
    with store.read() as connection:
        return set(connection.execute(text("SELECT key FROM alarm")).scalars())


@pytest.mark.parametrize(
    ("days", "left"), [(1, {"told", "untold"}), (8.1, {"untold"}), (30, {"untold"}), (30.1, set())]
)
def test_what_is_over_is_forgotten(writing, now, days, left):
    """What staff were not told yet is kept for the next letter, for a month."""

    def raised(connection):
        alarms.raise_once(connection, "FILE_TAKEN", "told", now)
        alarms.count(connection, "told-reader", "untold", now)

    writing.write(raised)
    writing.write(lambda c: alarms.forget(c, now + days * DAY, 10))
    assert keys(writing) == left


def test_so_many_at_a_time_the_oldest_first(writing, now):
    for number in range(5):
        at = now + timedelta(minutes=number)
        writing.write(lambda c, at=at, number=number: alarms.raise_once(c, "k", str(number), at))
    writing.write(lambda c: alarms.forget(c, now + 9 * DAY, 2))
    assert keys(writing) == {"2", "3", "4"}


def test_nobody_is_told_again_because_it_was_forgotten(writing, now):
    """Within a day it keeps staff silent, whatever is forgotten."""
    assert writing.write(lambda c: alarms.raise_once(c, "k", "a", now))
    later = now + DAY - timedelta(seconds=1)
    writing.write(lambda c: alarms.forget(c, later, 10))
    assert not writing.write(lambda c: alarms.raise_once(c, "k", "a", later))
