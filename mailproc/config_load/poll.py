"""When to look: "every 60s", "every 5m", or five cron fields.

APScheduler counts weekdays from Monday = 0, cron from Sunday = 0. So the fifth field is
written out as names here, and the two can no longer be mixed up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

A_LEAP_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
ALLOWED = 'write "every 60s", "every 5m", or five cron fields such as "*/10 7-19 * * mon-fri"'
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Poll:
    """Either ``seconds`` > 0, or ``cron``: five fields, weekdays by name, in the library's time zone."""

    seconds: int = 0
    cron: str = ""


def read(text: str) -> Poll:
    """Raises ValueError with a sentence for people where the text says no time."""
    if every := re.fullmatch(r"every\s+([0-9]{1,6})\s*([smh])", text.strip().lower()):
        seconds = int(every[1]) * _UNITS[every[2]]
        if not 1 <= seconds <= 86_400:
            raise ValueError("must be between 1 second and 24 hours")
        return Poll(seconds=seconds)
    fields = text.strip().lower().split()
    if len(fields) != 5:
        raise ValueError(ALLOWED)
    return Poll(cron=_cron(fields))


def longest_gap(text: str) -> timedelta:
    """Return how long it takes at most from one time to the next, as far as the shape of ``text`` tells.

    A month or a year is meant where certain days or months are named.
    """
    if re.match(r"every\b", text.strip().lower()):
        return timedelta(seconds=read(text).seconds)
    _, hour, day, month, weekday = text.split()
    named = [days for field, days in ((month, 366), (day, 31), (weekday, 7)) if field != "*"]
    if named:
        return timedelta(days=named[0])
    hours = re.fullmatch(r"\*(?:/([0-9]{1,2}))?", hour)
    return timedelta(hours=min(int(hours[1] or 1), 24)) if hours is not None else timedelta(days=1)


def _cron(fields: list[str]) -> str:
    # cron takes "the 1st or a Monday", APScheduler "the 1st and a Monday": say neither.
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError("give the day of the month or the day of the week, not both")
    fields = [*fields[:4], weekdays(fields[4])]
    cron = " ".join(fields)
    # Here, not above: it costs every verb a twentieth of a second, and few files have a cron line.
    from apscheduler.triggers.cron import CronTrigger

    try:
        trigger = CronTrigger.from_crontab(cron, timezone=UTC)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{ALLOWED} ({error})") from error
    if trigger.get_next_fire_time(None, A_LEAP_YEAR) is None:
        raise ValueError("no year has such a day")
    return cron


def weekdays(field: str) -> str:
    """Cron's fifth field as names: "1-5" is "mon,tue,wed,thu,fri", "0" and "7" are "sun"."""
    if field == "*":
        return field
    days = {day for part in field.split(",") for day in _days(part)}
    return ",".join(name for name in _DAYS if name in days)


def _days(part: str) -> Iterator[str]:
    shape = re.fullmatch(r"(?:\*|([a-z]{3}|[0-7])(?:-([a-z]{3}|[0-7]))?)(?:/([1-7]))?", part)
    if shape is None or (shape[3] and shape[1] and not shape[2]):
        raise ValueError(f'"{part}" is no day of the week: write mon … sun, or 0 … 7 with 0 and 7 for Sunday')
    first, last = (_day(shape[1]), _day(shape[2] or shape[1])) if shape[1] else (0, 6)
    span = last - first if last >= first else last - first + 7  # "fri-mon" runs over the weekend
    for ahead in range(0, span + 1, int(shape[3] or 1)):
        yield _DAYS[(first + ahead) % 7]


def _day(word: str) -> int:
    if word.isdigit():
        return int(word)
    if word not in _DAYS:
        raise ValueError(f'"{word}" is no day of the week: write {", ".join(_DAYS)}')
    return _DAYS.index(word)
