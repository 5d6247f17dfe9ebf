"""What the service is asked by signals."""

import logging
import time
from queue import Empty, SimpleQueue

_log = logging.getLogger(__name__)

GLANCE = 0.5
"""Seconds of each wait. Python runs a signal's handler between two steps of the main thread: one that
comes just before the main thread blocks would otherwise wait for as long as that blocks."""


class Asked:
    """Safe from a signal handler: one may interrupt whoever holds a lock, and a SimpleQueue needs none."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[bool] = SimpleQueue()

    def stop(self) -> None:
        """The service is to end."""
        self._queue.put(True)

    def hang_up(self) -> None:
        """SIGHUP. Nothing is read again: config.toml and its secrets hold from one start to the next."""
        self._queue.put(False)

    def wait(self, seconds: float = float("inf")) -> bool:
        """True once the service was asked to end; False where the time was over before."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                if self._queue.get(timeout=min(left, GLANCE)):
                    return True
            except Empty:
                continue
            _log.warning("SIGHUP is ignored: config.toml is read at the start, restart the service for it")
        return False
