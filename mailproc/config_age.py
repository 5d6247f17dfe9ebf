"""How old something is when it goes: days, or months of the calendar, as config.toml writes it."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

_TEXT = re.compile(r"(\d{1,5}) (day|month|year)s?")
MOST = 36_500
"""Days, a hundred years; longer ago than a store can know of."""
_YEARS = range(2096, 2108)
"""2100 has no 29 February."""


@dataclass(frozen=True)
class Age:
    """``days``, or whole ``months``; false if both are 0: never."""

    days: int = 0
    months: int = 0

    def __bool__(self) -> bool:
        return bool(self.days or self.months)

    def __str__(self) -> str:
        return f"{self.months} months" if self.months else f"{self.days} days"

    def before(self, wall: datetime) -> datetime:
        """Return the time so long before a wall time (without zone).

        Of a month that lacks the day it is the last day: a month before 31 March is 28 February. So nothing
        goes a day too early.
        """
        if not self.months:
            return wall - timedelta(days=self.days)
        years, month = divmod(wall.year * 12 + wall.month - 1 - self.months, 12)
        day = min(wall.day, calendar.monthrange(years, month + 1)[1])
        return wall.replace(year=years, month=month + 1, day=day)

    @property
    def least_days(self) -> int:
        """Return the fewest days that it may be."""
        return min(self._lengths())

    @property
    def most_days(self) -> int:
        """Return the most days that it may be."""
        return max(self._lengths())

    def _lengths(self) -> Sequence[int]:
        """Return its days before the first of each month of years with and without a leap year."""
        firsts = (datetime(year, month, 1) for year in _YEARS for month in range(1, 13))  # noqa: DTZ001  # wall
        return [(first - self.before(first)).days for first in firsts]

    def may_be_less_than(self, other: "Age") -> bool:
        """Return whether there is a day on which it is the shorter one."""
        if bool(self.months) == bool(other.months):
            return (self.months, self.days) < (other.months, other.days)
        return self.least_days < other.most_days


def _read(given: object) -> Age:
    """Return the age that config.toml writes: 180, "180 days", "24 months", "2 years"."""
    if isinstance(given, Age):
        return given
    found = _TEXT.fullmatch(given.strip()) if isinstance(given, str) else None
    if isinstance(given, int) and not isinstance(given, bool):
        age = Age(days=given)
    elif found is not None:
        number, unit = int(found[1]), found[2]
        age = Age(days=number) if unit == "day" else Age(months=number * (12 if unit == "year" else 1))
    else:
        raise PydanticCustomError("age", 'must be days, as 180, or text such as "24 months"')
    if not 0 <= age.days <= MOST or age.months > MOST // 365 * 12:
        raise PydanticCustomError("age", f"must be at least 0, and at most {MOST} days")
    return age


ConfiguredAge = Annotated[Age, PlainValidator(_read), PlainSerializer(str)]
"""A key that takes days or text."""
