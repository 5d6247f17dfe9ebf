"""Alive or not, by what the service recorded, who holds the store, and the time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailproc.office.queries.service_state import AHEAD, LATE, ONCE_A_DAY, ServiceCondition, condition, judged
from mailproc.store.server_lock import Holder
from mailproc.store.service_record import ServiceRecord

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
HERE, UNKNOWN, OTHER = Holder(4711), Holder(), Holder(4712)
RUNS = ServiceRecord.of(4711, "host", "0.2.0", NOW)
ENDED = replace(RUNS, ended_at=NOW)
ONCE = replace(RUNS, once=True)
CONDITIONS = [
    (None, None, timedelta(), "never"),
    (None, UNKNOWN, timedelta(), "starting"),
    (RUNS, HERE, LATE, "running"),
    (RUNS, UNKNOWN, LATE, "running"),
    (RUNS, HERE, LATE + MOMENT, "hanging"),
    (RUNS, UNKNOWN, LATE + MOMENT, "hanging"),
    (RUNS, HERE, -AHEAD, "running"),
    (RUNS, HERE, -AHEAD - MOMENT, "clock-ahead"),
    (RUNS, OTHER, timedelta(days=9), "starting"),  # the record is of the service before it
    (ENDED, UNKNOWN, timedelta(days=9), "starting"),
    (RUNS, None, timedelta(), "died"),
    (ENDED, None, timedelta(), "stopped"),
    (replace(ENDED, failure="the sender died"), None, timedelta(), "failed"),
    (ONCE, HERE, timedelta(hours=9), "running"),  # it records its start and its end only
    (ONCE, HERE, ONCE_A_DAY + MOMENT, "hanging"),
    (ONCE, None, timedelta(), "died"),
    (replace(ONCE, ended_at=NOW), None, ONCE_A_DAY - MOMENT, "between-runs"),
    (replace(ONCE, ended_at=NOW), None, ONCE_A_DAY, "stopped"),
    (replace(ONCE, ended_at=NOW), None, -ONCE_A_DAY, "stopped"),  # the clock was wrong
]


@pytest.mark.parametrize(("record", "holder", "after", "expected"), CONDITIONS)
def test_how_the_service_is(
    record: ServiceRecord | None, holder: Holder | None, after: timedelta, expected: str
) -> None:
    assert condition(record, holder, NOW + after) == expected
    found = judged(record, holder, NOW + after, str)
    assert (found.said is None) == found.alive == (expected in ("running", "starting", "between-runs"))
    if record is not None and found.said is not None:
        assert str(NOW) in str(found.said)


def test_every_condition_is_tried() -> None:
    assert {expected for *_, expected in CONDITIONS} == set(ServiceCondition)
