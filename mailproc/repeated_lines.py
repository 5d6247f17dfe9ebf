"""Lines of the log that repeat: the first one is written, the others are counted."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass

WINDOW = 60.0
"""Seconds from the first line, in which others like it are counted; then it is written again."""
MOST = 1_000
"""Lines that are remembered; of more, the oldest are forgotten."""


@dataclass
class _Line:
    record: logging.LogRecord
    since: float
    more: int = 0


class RepeatedLines:
    """Remembers what was written of late, by a key that is equal for equal lines. Not for several threads.

    ``counting``: so many of these lines have come more than once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lines: OrderedDict[str, _Line] = OrderedDict()
        self.counting = 0

    def is_new(self, key: str, record: logging.LogRecord) -> bool:
        """Return whether the line is to be written; else it is counted."""
        if (known := self._lines.get(key)) is not None:
            self.counting += not known.more
            known.more += 1
            return False
        self._lines[key] = _Line(record, self._clock())
        return True

    def over(self, *, all_of_them: bool = False) -> Iterator[logging.LogRecord]:
        """Forget the lines whose time is over; yield a record that says how often each came again."""
        before = self._clock() - WINDOW
        while self._lines:
            key, line = next(iter(self._lines.items()))
            if not all_of_them and line.since > before and len(self._lines) <= MOST:
                return
            del self._lines[key]
            if line.more:
                self.counting -= 1
                yield _counted(line)


def _counted(line: _Line) -> logging.LogRecord:
    """The same line with how often it came, at the time of writing."""
    again = copy(line.record)
    again.created = time.time()
    again.msg = f"{line.record.msg} (again, {line.more} times within {WINDOW:.0f} s)"
    again.exc_info, again.exc_text, again.stack_info = None, None, None
    return again
