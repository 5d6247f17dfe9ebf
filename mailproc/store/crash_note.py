"""The row in hand at this instant: a note that a killed process leaves behind.

A claim is counted for a whole batch before the work begins, so after a kill every row of the
batch would look guilty, and a service that is killed from outside twice while it is busy would
shelve an innocent letter. The note says which rows were really in hand; the next start takes
the claims of the others back.

A plain file and not synced: it must outlive the process, not the machine, for no letter cuts
the power. Where there is none (another machine took over, the folder cannot be written) the
claims stand as they were counted.
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
"""The rows in hand stand before this octet, the claim after it; each ends with its line."""
_ALL, _IN_ORDER = "all", "ended"
"""In the place of the rows in hand: they are too many to be named; the process ended as it was asked to."""
_TABLES: dict[str, type[QueueRow]] = {str(one.__tablename__): one for one in (InboxRow, EventRow, IntentRow)}


class Underway:
    """The note of one process, which must hold the daemon's lock. ``path`` None: no note is kept.

    ``on_move`` is called whenever the work goes on to another row.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self.broken_off = False
        self.on_move: Callable[[], None] = lambda: None

    def claimed(self, table: type[QueueRow], row_ids: Collection[int]) -> None:
        """These rows' tries are counted; none of them is in hand yet. To be called before the
        claim's commit: killed right after it, the claim would stand without its note."""
        if not row_ids:
            return
        self.at()
        self._write(" ".join([str(table.__tablename__), *map(str, row_ids)]), _CLAIM_AT)

    def at(self, *row_ids: int) -> None:
        """From now on these rows are in hand, and no others."""
        self.on_move()
        text = " ".join(map(str, row_ids))
        self._write(text if len(text) < _CLAIM_AT else _ALL, 0)

    def break_off(self) -> None:
        """The store could not keep what was done: nobody died, so every claim is to be taken back."""
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

    def forgive(self, connection: Connection) -> None:
        """Take back the claims of rows that were not in hand when the last process ended (at its
        start), or when the store failed us."""
        self.broken_off = False
        table, row_ids = self._innocent()
        if table is not None and row_ids:
            queue.put_back(connection, table, row_ids)

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
        except ValueError:  # no note, or one that was not written to its end
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
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, private.FILE)
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
    """The words of the first line. ValueError where it has no end."""
    return part[: part.index(b"\n")].decode("ascii").split()
