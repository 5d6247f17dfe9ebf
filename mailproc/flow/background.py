"""What the jobs share that go through much of the store beside the service: when they rest, and when they do
nothing."""

import time

from mailproc.store import restored
from mailproc.store.engine import Store

LONGEST_REST = 0.5
"""Seconds."""


def rest(begun: float) -> None:
    """Let others write for as long as the last portion took. ``begun``: when, by ``time.monotonic``."""
    time.sleep(min(time.monotonic() - begun, LONGEST_REST))


def was_put_back(store: Store) -> bool:
    """Return whether the store was put back from a copy and does not go on yet, in whichever process."""
    with store.read() as connection:
        return restored.standing(connection) is not None
