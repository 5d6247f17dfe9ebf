"""Say when the scheduled jobs run: polls of mailboxes, the sweep of due timers, the digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from mailproc.config import Config
from mailproc.config_load import poll
from mailproc.store.service_record import ServiceRecord
from mailproc.transport.incoming import PolledPlace

EXAMINED = "17 3 * * *"
"""When the store is examined each night (cron, in library.time_zone)."""

GAP = timedelta(hours=1)
"""A job that ran longer ago, or is to have run so far in the future, met a clock that was set."""


@dataclass(frozen=True)
class Planned:
    """A job, as config.toml says it. ``next_at``: when the service runs it next, as the service itself says;
    None while none runs, and of a job that is in config.toml since the service began."""

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


def planned(
    config: Config, polls: Sequence[PolledPlace], now: datetime, record: ServiceRecord | None
) -> list[Planned]:
    """Every job of the service: what its channels look into, then its own. Instants are of
    library.time_zone. ``record``: of the service that runs; None where none does, and no job has a time."""
    zone = ZoneInfo(config.library.time_zone)
    jobs = {each.name: each.when for each in polls}
    own = config.schedule
    jobs |= {
        "sweep": own.sweep,
        "digest": own.digest,
        "documents": own.documents,
        "archive": own.archive,
        "purge": own.purge,
    }
    jobs |= {"backup": own.backup, "examine": EXAMINED}
    jobs |= {"catalogues": own.catalogues} if config.catalogue else {}
    said = record.next_run if record is not None else _never
    return [Planned(job, when, _next(when, zone, now, said(job))) for job, when in jobs.items() if when]


def _never(_job: str) -> None:
    return None


def _next(when: str, zone: ZoneInfo, now: datetime, said: datetime | None) -> datetime | None:
    """The time that the service ``said``; where that is over by now, the one after it."""
    rule = trigger(when, zone)
    while said is not None and said < now:
        said = rule.get_next_fire_time(said, said)
    return said.astimezone(zone) if said is not None else None
