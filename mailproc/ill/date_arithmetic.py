"""Calculate with days without leaving the calendar.

Many library systems send 9999-12-31 for no date, and some the first of January of year 1. Such a day is kept
as received; a result beyond the calendar is its last day, or its first.
"""

from datetime import date, timedelta


def later(day: date, days: int) -> date:
    """Return ``days`` after ``day`` (before it if negative), at most the calendar's last or first day."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
