"""Days as they are typed: 2026-11-30, or 30.11.2026."""

import re
from datetime import date, datetime, time

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.sentence import sentence

_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def day(text: str, option: str = "--date") -> date | None:
    """Return the day; None for ''. Raise LocalFault that says how a day is written."""
    if not text:
        return None
    try:
        if dotted := _DOTTED.fullmatch(text):
            return date(*map(int, reversed(dotted.groups())))
        return date.fromisoformat(text)
    except ValueError:
        raise LocalFault(sentence("date-written", option=option, given=text[:40])) from None


def beginning(text: str, context: Context, option: str = "--since") -> datetime | None:
    """Return when the day begins in the library's zone, as an instant; None for ''. Raise LocalFault."""
    found = day(text, option)
    return context.instant(datetime.combine(found, time.min)) if found else None
