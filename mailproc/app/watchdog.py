"""End a service whose stations do not move: better restarted than half alive.

Each station says ``beat`` when it goes round, with each row and each letter. One that has not for
``STALL`` seconds hangs: nothing that a station does takes that long, for sockets have timeouts and letters
bounds. A thread keeps an eye on them. Should even that one stand still (a C function that holds the
interpreter), faulthandler ends the process from outside the interpreter; under systemd its watchdog does.
"""

import faulthandler
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailproc import log
from mailproc.transport import systemd

_log = logging.getLogger(__name__)

STALL = 300.0
SLOW = 60.0
"""Seconds after which a station that does not move is no longer reported to move."""
ROUND = 5.0
"""Seconds between two looks."""
GRACE = 30.0
"""Seconds for an orderly end, once something hangs."""
FRAMES = 12


class Watchdog:
    """``beat`` and ``rest`` are called by the stations; safe from any thread. Times are monotonic seconds."""

    def __init__(self, end: Callable[[str], None]) -> None:
        self._end = end
        self._beaten: dict[str, float] = {}
        self._bounds: dict[str, float] = {}
        self._asked: list[Callable[[], None]] = []
        self._reports: list[Callable[[], None]] = []
        self._over = threading.Event()

    def beat(self, station: str, at: float | None = None) -> None:
        """Report progress of a station now, or last at ``at``."""
        self._beaten[station] = time.monotonic() if at is None else at

    def rest(self, station: str) -> None:
        """It has nothing to do, and is expected to say so until its next beat."""
        self._beaten.pop(station, None)

    def allow(self, station: str, seconds: float) -> None:
        """Its bound, where that is not ``STALL``; also of each part of it ("sender O12")."""
        self._bounds[station] = seconds

    def ask(self, question: Callable[[], None]) -> None:
        """Called at each look: it makes its station beat, or rest."""
        self._asked.append(question)

    def report(self, moving: Callable[[], None]) -> None:
        """Called at each look while every station moves."""
        self._reports.append(moving)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """As long as the service runs."""
        _end_if_frozen()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        try:
            yield
        finally:
            self._over.set()
            faulthandler.cancel_dump_traceback_later()

    def still(self) -> list[str]:
        """The stations that hang, each with its seconds."""
        return [
            f"{station} ({seconds:.0f} s)"
            for station, seconds in self._stood().items()
            if seconds > self._bounds.get(station.partition(" ")[0], STALL)
        ]

    def is_slow(self) -> bool:
        """Whether a station has not moved for ``SLOW`` seconds, or for its bound while a part of it works."""
        stood = self._stood()
        at_work = {station.partition(" ")[0] for station in stood if " " in station}
        return any(
            seconds
            > (self._bounds.get(name, SLOW) if (name := station.partition(" ")[0]) in at_work else SLOW)
            for station, seconds in stood.items()
        )

    def look(self) -> list[str]:
        """Ask all questions, report if every station moves; return those that hang."""
        for question in self._asked:
            question()
        if not self.is_slow():
            for report in self._reports:
                report()
        return self.still()

    def _stood(self) -> dict[str, float]:
        now = time.monotonic()
        return {station: now - beaten for station, beaten in list(self._beaten.items())}

    def _watch(self) -> None:
        pause = min(ROUND, (systemd.watchdog_seconds() or ROUND) / 2, STALL / 2)
        while not self._over.wait(pause):
            _end_if_frozen()
            if hanging := self.look():
                self._give_up(", ".join(hanging))
                return
            systemd.tell("WATCHDOG=1")

    def _give_up(self, hanging: str) -> None:
        _log.critical("no longer responding, the service stops: %s", hanging)
        for line in stacks():
            _log.critical("%s", line)
        self._end(f"no longer responding: {hanging}")
        if not self._over.wait(GRACE):
            _log.critical("the service did not end in order and is killed")
            log.end()
            os._exit(1)


def _end_if_frozen() -> None:
    """Unless this is called again in time, the process ends with status 1 and says where it stood."""
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(STALL + GRACE, exit=True, file=sys.__stderr__)


def stacks() -> Iterator[str]:
    """Where each thread is: a line each, without values, which may be a letter's."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        found = traceback.extract_stack(frame)[-FRAMES:]
        where = " > ".join(f"{os.path.basename(one.filename)}:{one.lineno} {one.name}" for one in found)
        yield f"thread {names.get(ident, ident)}: {where}"
