"""Days reckoned without falling off the calendar.

Many a library system says 9999-12-31 where there is no date, and some say the first of January of year 1.
Such a day is kept as it was told; what would lie beyond it is the calendar's last day, or its first.
"""

from datetime import date, timedelta


def later(day: date, days: int) -> date:
    """``days`` after ``day``, before it where negative; never beyond the calendar's last or first day."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
