"""Write many rows of readers in short commits, so that whoever answers letters never waits long."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from mailproc.store import patron_imports
from mailproc.store.engine import Store

R = TypeVar("R")
SHORTEST, LONGEST = 10, 500
"""Rows of one write."""
GOAL = 0.025
"""Seconds of a write: half of what others may have to wait for one."""
PAUSE = 0.02
"""Seconds between two writes, at the least: whoever waits for the lock looks again and gets it."""
REST = 1.5
"""A pause is so many times as long as the write before. Who waits for SQLite's lock looks again ever more
seldom, at last ten times a second, and would often look while the next write runs."""


class Pace:
    """How many rows one write takes, so that it is short; after each, others get their turn."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rows = SHORTEST * 5
        self._clock, self._pause = clock, pause

    def write(self, store: Store, job: Callable[[Connection], R]) -> R:
        begun = 0.0

        def timed(connection: Connection) -> R:
            nonlocal begun
            begun = self._clock()  # from here on others wait
            return job(connection)

        result = store.write(timed)
        took = self._clock() - begun
        if took > GOAL:
            self.rows = max(SHORTEST, self.rows // 2)
        elif took < GOAL / 2:
            self.rows = min(LONGEST, self.rows * 2)
        self._pause(max(PAUSE, took * REST))
        return result


def until_done(store: Store, some: Callable[[Connection, int], int]) -> None:
    """Call ``some`` with a number of rows until it has none left."""
    pace = Pace()
    while pace.write(store, lambda connection: some(connection, pace.rows)):
        pass


def settle(store: Store) -> None:
    """Delete what the current import replaced."""
    with store.read() as connection:
        if not patron_imports.in_state(connection, "current"):
            return
    until_done(store, patron_imports.settle)
