"""A copy of a SQLite store in use, as it was at one moment; and what a file that may be one is."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mailproc import private
from mailproc.errors import LocalFault, NoRoom, TryLater
from mailproc.sentence import sentence
from mailproc.store import backup_seal, foreign_schema, migrate
from mailproc.store.connections import existing
from mailproc.store.db_errors import is_for_want_of_room

_log = logging.getLogger(__name__)

STEP = 256
"""Pages copied at once: two megabytes of pages of 8,192 octets."""
SYNC_EVERY = 16
"""Steps after which the copy is brought to the disk: a COMMIT of the service must not wait for a gigabyte."""
LONGEST_REST = 0.05


@dataclass(frozen=True)
class StoreFile:
    """What a file says of itself: the id of its store, and its revision."""

    store_id: str
    revision: str


def nothing_more() -> None:
    """Do nothing more before a copy gets its name."""


def make(
    source: Path, to: Path, *, in_use: bool = True, before_naming: Callable[[], None] = nothing_more
) -> None:
    """Copy the store ``source`` to ``to``, checked; an earlier file there is replaced at the end, or stays.

    It copies for half of the time, so the service hardly waits for it. The copy needs no log beside it.
    ``in_use``: somebody may write into ``source``; the copy is a backup then, with a checksum.
    ``before_naming`` is called when the copy is whole.
    Raise NoRoom, TryLater; LocalFault if the copy is damaged.
    """
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        number = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
        try:
            _copy(source, unfinished, in_use, lambda: os.fdatasync(number))
            look(unfinished)
            if in_use:
                backup_seal.put(number)
            os.fsync(number)
        finally:
            os.close(number)
        before_naming()
        unfinished.replace(to)
        private.sync_folder(to.parent)
    except (OSError, sqlite3.Error) as error:
        kind = NoRoom if is_for_want_of_room(error) else TryLater
        raise kind(sentence("backup-not-made", file=str(to), why=_words(error))) from None
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            Path(f"{unfinished}{end}").unlink(missing_ok=True)


def _copy(source: Path, to: Path, in_use: bool, to_disk: Callable[[], None]) -> None:
    with (
        closing(
            sqlite3.connect(existing(source), uri=True, timeout=30) if in_use else _opened(source)
        ) as live,
        closing(sqlite3.connect(to, isolation_level=None)) as copy,
    ):
        live.isolation_level = None
        copy.execute("PRAGMA synchronous = OFF")
        live.execute("BEGIN")  # one moment for all steps: whoever writes meanwhile does not begin them again
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(copy, pages=STEP, progress=_Rest(to_disk))
        live.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()


class _Rest:
    """Rests after each step as long as the step took."""

    def __init__(self, to_disk: Callable[[], None]) -> None:
        self._to_disk = to_disk
        self._steps = 0
        self._since = time.monotonic()

    def __call__(self, _status: int, _remaining: int, _total: int) -> None:
        self._steps += 1
        if self._steps % SYNC_EVERY == 0:
            self._to_disk()
        time.sleep(min(time.monotonic() - self._since, LONGEST_REST))  # the service has the disk meanwhile
        self._since = time.monotonic()


def _opened(file: Path) -> sqlite3.Connection:
    """Open a file that nobody writes, also on a disk that cannot be written; nothing is made beside it."""
    alone = "" if Path(f"{file}-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro{alone}", uri=True)


def look(file: Path) -> StoreFile:
    """Read the whole file and return what it is.

    Raise LocalFault if it is damaged, no store, of a newer version, or would act by itself.
    """
    try:
        with closing(_opened(file)) as connection:
            refuse_foreign(file, foreign_schema.in_file(connection))
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
            if found != ["ok"]:
                raise LocalFault(sentence("backup-damaged", file=str(file), why="; ".join(found)[:300]))
            revision = _one(connection, "alembic_version", "version_num")
            known = _one(connection, "identity", "store_id")
    except sqlite3.DatabaseError as error:
        raise LocalFault(sentence("backup-damaged", file=str(file), why=_words(error))) from None
    if not revision:
        raise LocalFault(sentence("backup-no-store", file=str(file)))
    if not migrate.is_known(revision):
        raise LocalFault(sentence("backup-newer", file=str(file), revision=revision, known=migrate.HEAD))
    return StoreFile(known, revision)


def refuse_foreign(file: Path, found: Sequence[str]) -> None:
    """Raise LocalFault if somebody else has put these into the store that the file is a copy of."""
    if found:
        raise LocalFault(sentence("backup-foreign", file=str(file), what=", ".join(found)[:300]))


def store_id(file: Path) -> str:
    """Return the id in the file alone, '' if it has none. Raise LocalFault if it is damaged."""
    try:
        with closing(_opened(file)) as connection:
            return _one(connection, "identity", "store_id")
    except sqlite3.DatabaseError as error:
        raise LocalFault(sentence("backup-damaged", file=str(file), why=_words(error))) from None


def _one(connection: sqlite3.Connection, table: str, column: str) -> str:
    """Return the only value; '' if there is no such table. A view may be a question without an end."""
    asked = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    if connection.execute(asked, (table,)).fetchone() is None:
        return ""
    row = connection.execute(f"SELECT {column} FROM {table}").fetchone()  # noqa: S608  # names of ours
    return str(row[0]) if row else ""


def refuse_log(file: Path) -> None:
    """Raise TryLater if something of a store that was closed is still in its log (the disk was full)."""
    if Path(f"{file}-wal").exists():
        raise TryLater(sentence("backup-not-made", file=str(file), why=f"{file.name}-wal"))


def unreadable(file: Path, error: OSError) -> LocalFault:
    """Return the refusal of a file that cannot be read."""
    return LocalFault(sentence("backup-damaged", file=str(file), why=_words(error)))


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
