"""Days on which a library is closed: a day, a span of days, or a day of each week."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mailproc.ill.date_arithmetic import later

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = 400
"""Days among which one is looked for that is not closed."""


@dataclass(frozen=True)
class ClosedDays:
    """``spans``: first and last day of each; ``weekdays``: 0 is Monday."""

    spans: tuple[tuple[date, date], ...] = ()
    weekdays: frozenset[int] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.weekdays or any(first <= day <= last for first, last in self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans or self.weekdays)

    def opens(self, day: date) -> date | None:
        """Return the first open day from ``day`` on; None if there is none within ``LONGEST`` days."""
        return self._open(day, 1)

    def closes(self, day: date) -> date | None:
        """Return the last open day until ``day``; None if there is none within ``LONGEST`` days."""
        return self._open(day, -1)

    def _open(self, day: date, step: int) -> date | None:
        days = (later(day, step * far) for far in range(LONGEST))
        return next((one for one in days if one not in self), None)


NEVER = ClosedDays()


def read(words: Iterable[str]) -> ClosedDays:
    """Read "2026-12-24", "2026-12-24/2027-01-02" and "sat". Raise ValueError that names the word."""
    spans, weekdays = list[tuple[date, date]](), set[int]()
    for word in words:
        if word.lower() in WEEKDAYS:
            weekdays.add(WEEKDAYS.index(word.lower()))
            continue
        first, _, last = word.partition("/")
        try:
            span = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise ValueError(word) from None
        if span[1] < span[0]:
            raise ValueError(word)
        spans.append(span)
    return ClosedDays(tuple(spans), frozenset(weekdays))
