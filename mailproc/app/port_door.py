"""A door that letters do not wait for: where its port is taken they go on, and it is tried again."""

import logging
import threading
from collections.abc import Callable

from mailproc.errors import Misconfigured

_log = logging.getLogger(__name__)

AGAIN = 30.0
"""Seconds until a port that was taken is tried again."""


class PortDoor:
    """``serve``: begins to answer, and returns what ends that; raises Misconfigured where it cannot.

    ``lacks``: what nobody gets meanwhile, with the key of the port. ``told``: gets why nobody is answered, ''
    once somebody can be.
    """

    def __init__(
        self, serve: Callable[[], Callable[[], None]], lacks: str, told: Callable[[str], None]
    ) -> None:
        self._serve, self._lacks, self._told = serve, lacks, told
        self._ended = threading.Event()
        self._stop: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._keep_trying, name=lacks, daemon=True)

    def open(self) -> None:
        """Begin to answer, or go on trying."""
        if not self._opened():
            self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._stop is not None:
            self._stop()

    def _keep_trying(self) -> None:
        while not self._ended.wait(AGAIN):
            if self._opened():
                return

    def _opened(self) -> bool:
        try:
            self._stop = self._serve()
        except Misconfigured as error:
            _log.warning("%s: %s; tried again each %g s", self._lacks, error, AGAIN)
            self._told(str(error))
            return False
        self._told("")
        return True
