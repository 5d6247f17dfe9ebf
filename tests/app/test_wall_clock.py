"""The machine's clock is set while the service runs, and in the two nights in which the hour changes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from mailproc.app import wall_clock
from mailproc.app.schedule import trigger
from mailproc.app.wall_clock import WallClock
from tests.app.installation import Installation
from tests.servers.relay import Relay

LONDON = ZoneInfo("Europe/London")
NIGHTS = [date(2026, 3, 29), date(2026, 10, 25)]
YEAR = timedelta(days=365)
SHIFTED = """
import os, datetime as d
class Shifted(d.datetime):
    @classmethod
    def now(cls, tz=None):
        return d.datetime.now(tz) + d.timedelta(seconds=float(open({shift!r}).read() or 0))
import mailproc.app.build, apscheduler.schedulers.base
mailproc.app.build.datetime = apscheduler.schedulers.base.datetime = Shifted
"""
"""The clock of a process goes as a file says."""


def fires(cron: str, night: date) -> list[datetime]:
    """On that day and the next, in UTC."""
    at = trigger(cron, LONDON)
    now, last, found = datetime.combine(night, time(0), LONDON), None, []
    while (last := at.get_next_fire_time(last, now)) and last.date() <= night + timedelta(days=1):
        found.append(last)
        now = last
    return [one.astimezone(UTC) for one in found]


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("cron", ["30 0 * * *", "0 1 * * *", "30 1 * * *", "30 2 * * *", "17 3 * * *"])
def test_what_is_at_certain_hours_is_once_each_night(night: date, cron: str) -> None:
    days = [one.astimezone(LONDON).date() - night for one in fires(cron, night)]
    assert days == [timedelta(0), timedelta(1)]


@pytest.mark.parametrize("night", NIGHTS)
def test_what_is_every_half_hour_stays_so(night: date) -> None:
    between = {later - before for before, later in pairwise(fires("*/30 * * * *", night))}
    assert between == {timedelta(minutes=30)}


STEPS = [(YEAR, True), (-YEAR, True), (wall_clock.STEP, False), (-wall_clock.STEP / 2, False)]


@pytest.mark.parametrize(("step", "said"), STEPS)
def test_a_clock_that_is_set_is_noticed_once(
    step: timedelta, said: bool, caplog: pytest.LogCaptureFixture
) -> None:
    ahead = timedelta(0)
    wall = WallClock(lambda: datetime.now(UTC) + ahead)
    assert not wall.was_set()
    ahead = step - timedelta(seconds=1)
    assert wall.was_set() is said
    assert not wall.was_set()
    assert ("the clock was set" in caplog.text) is said


@pytest.mark.parametrize("text", ["every 1s", "every 60s", "* * * * *", "30 7 * * *"])
@pytest.mark.parametrize("step", [YEAR, -YEAR])
def test_a_job_is_near_however_the_clock_was_set(text: str, step: timedelta) -> None:
    """And it is found at once: a year has 31 million seconds."""
    now = datetime.now(LONDON)
    found = trigger(text, LONDON).get_next_fire_time(now - step, now)
    assert now <= found <= now + timedelta(days=1, hours=1)


@pytest.mark.parametrize("days", [365, -365])
def test_the_service_goes_on_when_the_clock_is_set(app: Installation, relay: Relay, days: int) -> None:
    """Set back by a year every job of the scheduler is a year away; set forward it may sleep for hours."""
    shift = app.folder / "shift"
    shift.write_text("0" if days > 0 else str(365 * 86_400))
    with (app.folder / "config.toml").open("a") as file:
        file.write('[schedule]\nsweep = "every 1s"\ndigest = "30 7 * * *"\n')
    code = SHIFTED.format(shift=str(shift)) + (
        "from mailproc.app import daemon\n"
        "sweep = daemon.Daemon._sweep\n"
        "daemon.Daemon._sweep = lambda self: (print('swept'), sweep(self))"
    )
    daemon = app.start(code=code)
    daemon.says("swept", times=2)
    shift.write_text(str(365 * 86_400) if days > 0 else "0")
    daemon.says("the clock was set " + ("forward" if days > 0 else "back"))
    swept = sum("swept" in line for line in daemon.lines)
    daemon.says("swept", times=swept + 3)
    app.place()
    relay.wait_for("orders@bl.example")
    assert daemon.stop() == 0
    assert not any("Traceback" in line for line in daemon.lines)
