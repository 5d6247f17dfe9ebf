"""Who failed to log in at the desk, how often, and how long to wait for the next try."""

from collections.abc import Hashable
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
"""A failure is remembered so long."""
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=5)
"""Between these is the pause; it doubles with each failure."""
MOST = 1000
"""Keys whose failures are remembered; of more the oldest are forgotten."""


class LoginFailures:
    """By a key. After ``free`` failures each further one is followed by a pause. Not for several threads."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._times: dict[Hashable, list[datetime]] = {}

    def pause(self, key: Hashable, now: datetime) -> timedelta:
        """Return how long this key has still to wait; 0 or less if not at all."""
        times = [at for at in self._times.get(key, ()) if now - at < WINDOW]
        over = len(times) - self._free
        if over < 0:
            return timedelta()
        pause: timedelta = min(SHORTEST * 2 ** min(over, 10), LONGEST)
        return times[-1] + pause - now

    def add(self, key: Hashable, now: datetime) -> None:
        """Remember one."""
        self._times[key] = [*(at for at in self._times.pop(key, ()) if now - at < WINDOW), now]
        while len(self._times) > MOST:
            del self._times[next(iter(self._times))]

    def take_back(self, key: Hashable) -> None:
        """The latest was none."""
        if times := self._times.get(key):
            times.pop()

    def forget(self, key: Hashable) -> None:
        """Forget all of this key."""
        self._times.pop(key, None)
