"""Days and times: a Date of three numbers, a Time as text, and days in the words of a note.

The day is that of the sender. The time is the sender's or GMT, which no message says: it is shown, and
decides nothing.
"""

import re
from datetime import date, datetime, time

from mailproc.ill.apdu import Due
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent
from mailproc.protocols.illsbn.text import text_of

_NUMBER = re.compile("[0-9]{1,4}")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,6}))?)?")
_OLDEST = 1000
"""Years below have fewer than four figures: no day of a loan."""


def _read_date(component: object) -> date:
    parts = component if isinstance(component, dict) else {}
    numbers = [text_of(parts.get(name, "")) for name in ("Year", "Month", "Day")]
    if not all(map(_NUMBER.fullmatch, numbers)) or int(numbers[0]) < _OLDEST:
        raise UnreadableComponent("a date of Year, Month and Day")
    try:
        return date(*map(int, numbers))
    except ValueError:
        raise UnreadableComponent("a day of the calendar") from None


def _write_date(day: date) -> Tree:
    return {"Year": str(day.year), "Month": str(day.month), "Day": str(day.day)}


DATE = Pair(_read_date, _write_date)


def _read_wrapped(component: object) -> date | None:
    """Read a Date in another element; that may be empty."""
    if isinstance(component, dict) and "Date" in component:
        return _read_date(component["Date"])
    return None


WRAPPED = Pair(_read_wrapped, lambda day: {"Date": _write_date(day)})
DUE = Pair(
    lambda component: None if (on := _read_wrapped(component)) is None else Due(on=on),
    lambda due: {"Date": _write_date(due.on)},
)


def _read_moment(component: object) -> datetime:
    """Read a moment; without a time that can be read it is that day's midnight."""
    parts = component if isinstance(component, dict) else {}
    day = _read_date(parts.get("Date", ""))
    said = _TIME.fullmatch(text_of(parts.get("Time", "")))
    hour, minute, second, fraction = said.groups(default="0") if said else ("0",) * 4
    try:
        at = time(int(hour), int(minute), int(second), int(fraction.ljust(6, "0")))
    except ValueError:
        at = time()
    return datetime.combine(day, at)


def _write_moment(at: datetime) -> Tree:
    clock = f"{at.hour:02}:{at.minute:02}:{at.second:02}.{at.microsecond // 100_000}"
    return {"Date": _write_date(at.date()), "Time": clock}


MOMENT = Pair(_read_moment, _write_moment)
