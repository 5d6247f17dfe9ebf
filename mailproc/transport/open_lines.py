"""The connections of our port that are open now, by the letters that came on them: an answer may go back.

Some systems wait for their answer on the connection on which they have asked. What waits there is nowhere
stored; an answer whose connection is gone takes the usual way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Protocol

STORING = 1.0
"""Seconds to wait for a connection whose letter is stored just now: the answer may be quicker than it."""


class Line(Protocol):
    """A connection on which somebody may wait."""

    def answer(self, octets: bytes) -> bool:
        """Write an answer; return whether the other end's host has it. For any thread but the loop's."""
        ...


class OpenLines:
    """For several threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._lines: dict[int, Line] = {}
        self._storing = 0

    @contextmanager
    def storing(self) -> Iterator[None]:
        """A letter is being stored whose connection will be ``opened``."""
        with self._changed:
            self._storing += 1
        try:
            yield
        finally:
            with self._changed:
                self._storing -= 1
                self._changed.notify_all()

    def opened(self, inbox_id: int, line: Line) -> None:
        """The letter I``inbox_id`` came on this connection, where its sender waits."""
        with self._changed:
            self._lines[inbox_id] = line
            self._changed.notify_all()

    def closed(self, line: Line) -> None:
        """Nobody waits there any more."""
        with self._changed:
            self._lines = {one: kept for one, kept in self._lines.items() if kept is not line}

    def answer(self, inbox_id: int, octets: bytes) -> bool:
        """Write the answer to the letter I``inbox_id`` where that came; False if nobody waits (0: never)."""
        if not inbox_id:
            return False
        with self._changed:
            self._changed.wait_for(lambda: inbox_id in self._lines or not self._storing, STORING)
            line = self._lines.get(inbox_id)
        return line is not None and line.answer(octets)
