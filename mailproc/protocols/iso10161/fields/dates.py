"""ISO-Date (YYYYMMDD), ISO-Time (HHMMSS), Service-Date-Time and Date-Due.

Times are the sender's local wall time without a zone. A date with hyphens is read too.
"""

from datetime import date, datetime, time

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Due
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent, field, record


def _read_date(octets: bytes) -> date:
    digits = octets.strip().replace(b"-", b"")
    if len(digits) != 8 or not digits.isdigit():
        raise UnreadableComponent("a date as YYYYMMDD")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise UnreadableComponent("a day of the calendar as YYYYMMDD") from None


def _write_date(day: date) -> bytes:
    return f"{day.year:04}{day.month:02}{day.day:02}".encode()


def _read_time(octets: bytes) -> time:
    digits = octets.strip().replace(b":", b"")
    if len(digits) not in (4, 6) or not digits.isdigit():
        raise UnreadableComponent("a time as HHMMSS")
    try:
        return time(int(digits[:2]), int(digits[2:4]), int(digits[4:] or b"0"))
    except ValueError:
        raise UnreadableComponent("a time of the day as HHMMSS") from None


def _read_moment(moment: Tree) -> datetime:
    """Read a moment; without a time (optional for the first service of a day) it is that day's midnight."""
    at = _read_time(moment["time"]) if "time" in moment else time()
    return datetime.combine(_read_date(moment["date"]), at)


def _write_moment(at: datetime) -> Tree:
    return {"date": _write_date(at), "time": f"{at.hour:02}{at.minute:02}{at.second:02}".encode()}


def _write_date_text(text: str) -> bytes:
    try:
        return _write_date(date.fromisoformat(text))
    except (ValueError, TypeError):
        raise LocalFault(f"{text!r} is no date like 2026-01-31") from None


DATE = Pair(_read_date, _write_date)
DATE_TEXT = Pair(lambda octets: _read_date(octets).isoformat(), _write_date_text)
"""A date inside a History-Report, which stays JSON."""
MOMENT = Pair(_read_moment, _write_moment)

_due = record(Due, (field("on", "date-due-field", DATE), field("renewable", "renewable", Pair(bool, bool))))


def _write_due(due: Due) -> Tree:
    """Write "renewable" always: its DEFAULT is TRUE, but some peers do not apply defaults."""
    return {"renewable": True, **_due.write(due)}


DUE = Pair(_due.read, _write_due)
