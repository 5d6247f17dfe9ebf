"""Letters that the listener defers by the thousand, in the log: told, and not a line for each."""

import asyncio
import logging

log = logging.getLogger(__name__)

PERIOD = 60.0  # seconds from a line to the next


class Deferrals:
    """Of one kind (``answer``: 452 …): the first is logged at once, those of the next minute together.

    Belongs to one event loop.
    """

    def __init__(self, answer: str) -> None:
        self._answer = answer
        self._waiting: asyncio.TimerHandle | None = None
        self._more = 0
        self._reason = ""

    def tell(self, reason: str) -> None:
        if self._waiting is not None:
            self._more, self._reason = self._more + 1, reason
            return
        log.warning("message deferred (%s): %s", self._answer, reason)
        self._waiting = asyncio.get_running_loop().call_later(PERIOD, self._tell_more)

    def _tell_more(self) -> None:
        self._waiting = None
        if self._more:
            more, self._more = self._more, 0
            self.tell(f"{more} more within {PERIOD:g} s, the last: {self._reason}")
