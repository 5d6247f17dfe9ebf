"""Lines of the log that repeat: the first one is written, the others are counted."""

import logging
import re
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass

LISTENER = "mail.log"
"""aiosmtpd's logger. It warns of each line that is no command: a stranger would write a log of any length."""
_PORT = re.compile(r"(\('[0-9A-Fa-f.:]{2,45}', )[0-9]{1,5}")
"""Of the client, as aiosmtpd writes it; another one at each connection."""
WINDOW = 60.0
"""Seconds from the first line, in which others like it are counted; then it is written again."""
BACK = 10
"""Times that a warning is written again within that time because its logger said something else between: what
failed, was well and failed again must be seen."""
MOST = 1_000
"""Lines that are remembered; of more, the oldest are forgotten."""


@dataclass
class _Line:
    record: logging.LogRecord
    since: float
    more: int = 0
    back: int = 0


class RepeatedLines:
    """Remembers what was written of late, by a key that is equal for equal lines. Not for several threads.

    ``counting``: so many of these lines have come more than once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lines: OrderedDict[str, _Line] = OrderedDict()
        self._said: dict[str, str] = {}
        self.counting = 0

    def is_new(self, key: str, record: logging.LogRecord) -> bool:
        """Return whether the line is to be written; else it is counted."""
        before = self._said.get(record.name)
        self._said[record.name] = key
        if (known := self._lines.get(key)) is not None:
            if record.levelno >= logging.WARNING and before != key and known.back < BACK:
                known.back += 1
                return True
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


class LogHandler(logging.Handler):
    """Ours, to be found again by ``set_up``. Asks for stderr at each line, so it never holds a closed one.

    A line that repeats is counted, and how often is said when its time is over, also if no line follows.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines = RepeatedLines()
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            key = line[getattr(self.formatter, "timed", 0) :]
            if self._lines.is_new(_PORT.sub(r"\1", key) if record.name == LISTENER else key, record):
                self._write(line)
            self._write_counts()
        except Exception:  # a full disk or a bad record must not stop who logs
            self.handleError(record)

    def close(self) -> None:
        with self._guarded(), suppress(Exception):  # stderr may be gone
            self._write_counts(all_of_them=True)
        super().close()

    def end(self) -> None:
        """As ``log.end``: a thread that hangs may be writing a line."""
        if self.lock is not None and self.lock.acquire(timeout=1):
            try:
                with suppress(Exception):
                    self._write_counts(all_of_them=True)
            finally:
                self.lock.release()

    def _write(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def _write_counts(self, *, all_of_them: bool = False) -> None:
        for record in self._lines.over(all_of_them=all_of_them):
            self._write(self.format(record))
        if self._timer is None and self._lines.counting:
            self._timer = threading.Timer(WINDOW, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        with self._guarded(), suppress(Exception):
            self._timer = None
            self._write_counts()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()
