"""Say when the scheduled jobs run: polls of mailboxes, the sweep of due timers, the digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from mailproc.config import Config
from mailproc.config_load import poll
from mailproc.transport.incoming import PolledPlace

GAP = timedelta(hours=1)
"""A job that ran longer ago, or is to have run so far in the future, met a clock that was set."""


@dataclass(frozen=True)
class Planned:
    """A job, as config.toml says it. ``next_at`` is None for "every 60s": that counts from the start."""

    job: str
    when: str
    next_at: datetime | None


def trigger(text: str, zone: ZoneInfo) -> IntervalTrigger | CronTrigger:
    """ "every 60s" or five cron fields; ValueError is refused at start."""
    when = poll.read(text)
    if when.seconds:
        return _Every(seconds=when.seconds, timezone=zone)
    kind = _Cron if "*" in when.cron.split()[1] else _AtHours
    return kind.from_crontab(when.cron, timezone=zone)


class _Every(IntervalTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Counts from now where the last time is far away, before or after now.

    APScheduler would go through each second of a year that the clock was set forward, and wait for a year
    that it was set back.
    """

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        if previous is None or abs(now - previous) > GAP:
            previous = now
        fires: datetime | None = super().get_next_fire_time(previous, now)
        return fires


class _Cron(CronTrigger):  # type: ignore[misc]  # as above
    """The same for cron: what was missed is done once, and not gone through."""

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        if previous is not None and now - previous > GAP:
            previous = None
        fires: datetime | None = super().get_next_fire_time(previous, now)
        return fires


class _AtHours(_Cron):
    """Of jobs at certain hours: when the clocks go back, the hour that comes twice counts once, as in cron.

    APScheduler would send the letter of the day twice in that night.
    """

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        fires = super().get_next_fire_time(previous, now)
        while fires is not None and fires.fold:
            fires = super().get_next_fire_time(fires, fires)
        return fires


def planned(config: Config, polls: Sequence[PolledPlace], now: datetime) -> list[Planned]:
    """Every job of the service: what its channels look into, then its own. Instants are of
    library.time_zone."""
    zone = ZoneInfo(config.library.time_zone)
    jobs = {each.name: each.when for each in polls}
    own = config.schedule
    jobs |= {"sweep": own.sweep, "digest": own.digest, "documents": own.documents}
    return [Planned(job, when, _next(when, zone, now)) for job, when in jobs.items() if when]


def _next(when: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    found = trigger(when, zone)
    if isinstance(found, IntervalTrigger):
        return None
    fires: datetime | None = found.get_next_fire_time(None, now)
    return fires
