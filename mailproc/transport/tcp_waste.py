"""Messages that cannot be read, of an address of which too many came within the hour: they are not kept.

Whether a message can be read is asked only then: whoever sends what can be read waits for nothing.
"""

import asyncio
from collections.abc import Callable
from time import monotonic

ASK_EVERY = 5.0
"""Seconds for which an address that had not sent too many is not looked up again."""
MOST = 1000
"""Addresses that are remembered."""


class Waste:
    """``are_too_many``: of this address within the hour. ``can_be_read``: these octets. Both take a while."""

    def __init__(
        self,
        are_too_many: Callable[[str], bool] = lambda _host: False,
        can_be_read: Callable[[bytes], bool] = lambda _octets: True,
    ) -> None:
        self._are_too_many, self._can_be_read = are_too_many, can_be_read
        self._fine: dict[str, float] = {}

    async def is_waste(self, host: str, octets: bytes) -> bool:
        """Return whether the message is not to be kept; for a loop."""
        if monotonic() - self._fine.get(host, -ASK_EVERY) < ASK_EVERY:
            return False
        if not await asyncio.to_thread(self._are_too_many, host):
            if len(self._fine) >= MOST:
                self._fine.clear()
            self._fine[host] = monotonic()
            return False
        return not await asyncio.to_thread(self._can_be_read, octets)
