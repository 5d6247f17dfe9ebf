"""What the service is asked by signals."""

import logging
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from mailproc.transport import systemd

_log = logging.getLogger(__name__)

GLANCE = 0.5
"""Seconds of each wait. Python runs a signal's handler between two steps of the main thread: one that
comes just before the main thread blocks would otherwise wait for as long as that blocks."""


class Asked:
    """Safe from a signal handler: one may interrupt whoever holds a lock, and a SimpleQueue needs none."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[bool] = SimpleQueue()
        self.on_hang_up: Callable[[], None] = _nothing_to_read
        """Called by ``wait``, in its thread."""

    def stop(self) -> None:
        """The service is to end."""
        self._queue.put(True)

    def hang_up(self) -> None:
        """SIGHUP: secrets are to be read again."""
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
            with systemd.reloading():
                self.on_hang_up()
        return False


def _nothing_to_read() -> None:
    _log.info("SIGHUP: config.toml is read when the service begins its work")
