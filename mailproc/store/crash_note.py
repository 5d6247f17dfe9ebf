"""A note of the rows being processed, which a killed process leaves behind.

A claim counts a try for a whole batch before the work begins. So after a kill every row of the batch would
look guilty, and a service that is killed from outside twice while it is busy would shelve an innocent letter.
The note says which rows were really being processed; the next start takes back the claims of the others. It
is a plain file, not synced: it must outlive the process, not the machine, because no letter cuts the power.
Without a note (another machine took over, the folder cannot be written) the claims stand as counted.
"""

import logging
import os
from collections.abc import Callable, Collection
from pathlib import Path

from sqlalchemy import Connection

from mailproc import private
from mailproc.store import queue
from mailproc.store.tables import EventRow, InboxRow, IntentRow, QueueRow

_log = logging.getLogger(__name__)

_CLAIM_AT = 8192
"""The rows being processed are before this octet, the claim after it; each ends with its line."""
_RUN_AT = 65_536
"""Here stands the run of the service that wrote the note; a longer claim than fits makes it nobody's."""
_ALL, _IN_ORDER = "all", "ended"
"""In the place of the rows in hand: they are too many to be named; the process ended as it was asked to."""
_TABLES: dict[str, type[QueueRow]] = {str(one.__tablename__): one for one in (InboxRow, EventRow, IntentRow)}


class Underway:
    """The note of one process, which must hold the daemon's lock.

    ``path`` None: no note is kept. ``on_move`` is called whenever the work goes on to another row.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self.broken_off = False
        self.on_move: Callable[[], None] = lambda: None

    def claimed(self, table: type[QueueRow], row_ids: Collection[int]) -> None:
        """Note that tries of these rows are counted; none is being processed yet.

        Call it before the claim's commit: after a kill right behind the commit, the claim would have no note.
        """
        if not row_ids:
            return
        self.at()
        self._write(" ".join([str(table.__tablename__), *map(str, row_ids)]), _CLAIM_AT)

    def at(self, *row_ids: int) -> None:
        """Note that exactly these rows are being processed from now on."""
        self.on_move()
        text = " ".join(map(str, row_ids))
        self._write(text if len(text) < _CLAIM_AT else _ALL, 0)

    def break_off(self) -> None:
        """Note that the store failed: no process died, so every claim is taken back."""
        self.at()
        self.broken_off = True

    def end_in_order(self) -> None:
        """The last note: the process was asked to end, so whatever still hangs has killed nobody."""
        self._write(_IN_ORDER, 0)
        self.close()
        self._path = None

    def ended_in_order(self) -> bool:
        """Is that what the last process noted? To be asked at the start, before anything is in hand."""
        return self._note().startswith(f"{_IN_ORDER}\n".encode())

    def expect(self, run: str) -> None:
        """Delete the note unless it is of that run, the last one: another machine may have run since.

        To be called at the start, before anything else. A note of 0.1.0 names no run and is kept.
        """
        if self._note_run() not in ("", run) and self._path is not None:
            self._path.unlink(missing_ok=True)

    def begin(self, run: str) -> None:
        """Let the note be of this run, once what the last one left is cleaned up."""
        self._write(run, _RUN_AT)

    def _note_run(self) -> str:
        try:
            return " ".join(_line(self._note()[_RUN_AT:]))
        except ValueError:  # there is none
            return ""

    def forgive(self, connection: Connection) -> None:
        """Take back the claims of rows that were not being processed.

        Called at the start, for the last process, and when the store failed.
        """
        table, row_ids = self._innocent()
        if table is not None and row_ids:
            queue.put_back(connection, table, row_ids)

    def recovered(self) -> None:
        """Note that what the last process, or the failed store, left behind is cleaned up."""
        self.at()
        self._write("", _CLAIM_AT)
        self.broken_off = False

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def _innocent(self) -> tuple[type[QueueRow] | None, list[int]]:
        note = self._note()
        try:
            hand = _line(note[:_CLAIM_AT])
            name, *claim = _line(note[_CLAIM_AT:])
            if hand == [_ALL]:
                return None, []
            suspects = [] if hand == [_IN_ORDER] else hand
            return _TABLES.get(name), sorted(set(map(int, claim)) - set(map(int, suspects)))
        except ValueError:  # no note, or an incomplete one
            return None, []

    def _note(self) -> bytes:
        try:
            return self._path.read_bytes() if self._path is not None else b""
        except OSError:
            return b""

    def _write(self, text: str, where: int) -> None:
        if self._path is None:
            return
        try:
            if self._file is None:
                private.make_folder(self._path.parent)
                self._file = private.open_ours(self._path, os.O_RDWR | os.O_CREAT)
            os.pwrite(self._file, f"{text}\n".encode(), where)
        except OSError as error:
            _log.warning(
                "%s cannot be written (%s): after a crash every claimed row counts as tried",
                self._path,
                error,
            )
            self.close()
            self._path = None


def _line(part: bytes) -> list[str]:
    """Return the words of the first line. Raise ValueError if it has no end."""
    return part[: part.index(b"\n")].decode("ascii").split()
