"""Notices that the machine's clock was set: forward or back, by a person, by NTP, after a sleep."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

_log = logging.getLogger(__name__)

STEP = timedelta(minutes=3)
"""NTP corrects less than that by running faster or slower."""


class WallClock:
    """Compares the clock of ``now`` with the machine's monotonic one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._behind = self._difference()

    def was_set(self) -> bool:
        """Since the last time that this was asked, by more than ``STEP``. Then the log says so."""
        before, self._behind = self._behind, self._difference()
        step = self._behind - before
        if abs(step) <= STEP:
            return False
        how = "forward" if step > timedelta(0) else "back"
        _log.warning("the clock was set %s by %s: everything that waits is checked again", how, abs(step))
        return True

    def _difference(self) -> timedelta:
        return self._now() - datetime.fromtimestamp(time.monotonic(), tz=self._now().tzinfo)
