"""When the service looks by itself: mailboxes, what has fallen due, the letter of the day."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from mailproc.config import Config
from mailproc.config_load import poll


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
        return IntervalTrigger(seconds=when.seconds, timezone=zone)
    return CronTrigger.from_crontab(when.cron, timezone=zone)


def planned(config: Config, now: datetime) -> list[Planned]:
    """Every job of the service in the order of config.toml. Instants are of library.time_zone."""
    zone = ZoneInfo(config.library.time_zone)
    jobs = {f"mailbox {mailbox.name}": mailbox.poll for mailbox in config.mailbox}
    jobs |= {"sweep": config.schedule.sweep, "digest": config.schedule.digest}
    return [Planned(job, when, _next(when, zone, now)) for job, when in jobs.items() if when]


def _next(when: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    found = trigger(when, zone)
    if isinstance(found, IntervalTrigger):
        return None
    fires: datetime | None = found.get_next_fire_time(None, now)
    return fires
