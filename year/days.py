"""The days of the year: when it begins, when people work, when the service is down."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

BEGIN = date(2026, 3, 2)
LENGTH = 365
"""Days on which readers order."""
LONGEST = 800
"""Days after which the story is broken off, whatever is still open."""
OPENS, CLOSES = 9, 15
"""Hours at which letters come and the stations work; staff work after the first."""


@dataclass(frozen=True)
class Outages:
    """Days (first and last) on which something does not work. ``service``: mailproc is down, its letters wait
    and staff cannot use it. ``relay``: it takes no letter."""

    service: tuple[date, date]
    relay: tuple[date, date]

    def is_down(self, day: date) -> bool:
        return self.service[0] <= day <= self.service[1]

    def has_no_relay(self, day: date) -> bool:
        return self.relay[0] <= day <= self.relay[1]


OUTAGES = Outages(
    service=(BEGIN + timedelta(days=133), BEGIN + timedelta(days=140)),
    relay=(BEGIN + timedelta(days=210), BEGIN + timedelta(days=212)),
)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def is_working(day: date) -> bool:
    return day.weekday() < 5


def working(day: date) -> date:
    """Return the day, or the next on which people work."""
    while not is_working(day):
        day += timedelta(days=1)
    return day


def working_days(first: date, many: int) -> list[date]:
    """Return the working days among so many days."""
    return [day for day in (first + timedelta(days=n) for n in range(many)) if is_working(day)]
