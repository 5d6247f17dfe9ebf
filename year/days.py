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


def length(many: int) -> int:
    """Return on how many days so many requests are placed: a short story has them in the first weeks."""
    return LENGTH * min(many, 1_000) // 1_000


def outages(many: int) -> Outages:
    """A week without the service, and later three days without a relay."""
    down, dumb = (BEGIN + timedelta(days=length(many) * percent // 100) for percent in (36, 58))
    return Outages((down, down + timedelta(days=7)), (dumb, dumb + timedelta(days=2)))


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
