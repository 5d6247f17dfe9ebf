"""Read and write days as British letters write them."""

import re
from datetime import date

_FIGURES = re.compile(r"(\d{2})[-/.](\d{2})[-/.](\d{4}|\d{2})", re.ASCII)
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3})[a-z]*\.?,? (\d{4})", re.ASCII | re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_date(text: str) -> date | None:
    """Read dd-mm-yyyy (or with / or . between, or yy) or 5th August 2026; None if there is no such day."""
    if found := _FIGURES.fullmatch(text):
        day, month, year = (int(each) for each in found.groups())
    elif (found := _WORDS.fullmatch(text)) and found[2].lower() in _MONTHS:
        day, month, year = int(found[1]), _MONTHS.index(found[2].lower()) + 1, int(found[3])
    else:
        return None
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def printed(day: date) -> str:
    """Return dd-mm-yyyy, as reply codes print it."""
    return f"{day:%d-%m-}{day.year:04}"
