"""The archive of one year: a SQLite file with the bytes of letters, each once, by their SHA-256.

What is put into it is on the disk before ``put`` returns. By the digest a letter is found, and is known to be
what it was; so two stores that were one (a copy, put back) may share a letter, and putting again changes
nothing. The file bears the id of its store.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from mailproc import private
from mailproc.errors import LocalFault, NoRoom, TryLater
from mailproc.sentence import Sentence, sentence
from mailproc.store.db_errors import is_for_want_of_room

BUSY_SECONDS = 60
PAGE_SIZE = 16_384
"""Octets of a page: four or five letters."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS archive (store_id TEXT NOT NULL, version TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS letter (digest TEXT NOT NULL PRIMARY KEY, raw BLOB NOT NULL)",
)
_PUT = "INSERT OR IGNORE INTO letter (digest, raw) VALUES (?, ?)"
_PORTION_OCTETS = 1_000_000
Kept = tuple[str, bytes]
"""A letter: the SHA-256 of its bytes in hex, and the bytes."""


@dataclass(frozen=True)
class ArchiveVersion:
    """Whose the file is, and a name that is new after each change: who has the same holds the same."""

    store_id: str
    name: str


class ArchiveFile:
    """One file. Opened and closed by each call. Safe to use from any thread and process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def version(self) -> ArchiveVersion:
        """Raise as ``read``."""
        with self._reading() as connection:
            return _version(connection)

    def read(self, digest: str) -> bytes:
        """Return a letter. Raise LocalFault if the file is not there or damaged, or lacks it."""
        with self._reading() as connection:
            row = connection.execute("SELECT raw FROM letter WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            raise LocalFault(sentence("archive-lacks", file=str(self.path)))
        if hashlib.sha256(row[0]).hexdigest() != digest:
            raise LocalFault(sentence("archive-damaged", file=str(self.path), why="SHA-256"))
        return bytes(row[0])

    def wrong(self, digests: Iterable[str]) -> set[str]:
        """Return those of ``digests`` that it lacks, or whose bytes are others now. Raise as ``read``."""
        with self._reading() as connection:
            return {one for one in digests if not _is_whole(connection, one)}

    def put(self, store_id: str, letters: Sequence[Kept]) -> None:
        """Put letters into the file, which is made if missing, durably. Those that are there stay.

        Raise LocalFault for another store's file, or where none can be made; TryLater and NoRoom.
        """
        with self._writing(store_id) as connection:
            before = connection.total_changes
            connection.executemany(_PUT, letters)
            if connection.total_changes > before:
                connection.execute("UPDATE archive SET version = ?", (uuid4().hex,))

    def remove(self, store_id: str, digests: Sequence[str]) -> None:
        """Delete letters whose time is over. Raise as ``put``."""
        with self._writing(store_id) as connection:
            before = connection.total_changes
            connection.executemany("DELETE FROM letter WHERE digest = ?", [(one,) for one in digests])
            if connection.total_changes > before:
                connection.execute("UPDATE archive SET version = ?", (uuid4().hex,))

    def take_over(self, other: "ArchiveFile", store_id: str) -> None:
        """Put into it what ``other`` holds and it does not. Raise as ``put``, and as ``other.read``."""
        if other.version().store_id != store_id:
            raise LocalFault(sentence("archive-of-another", file=str(other.path)))
        if not self.path.exists():
            other.copy_to(self)
        elif self.version() != other.version():
            for portion in other._portions():
                self.put(store_id, portion)

    def copy_to(self, target: "ArchiveFile") -> bool:
        """Make ``target`` a checked copy of it, 0600; False if it is one already. Raise as ``put``.

        What was there stays until the copy is whole.
        """
        here = self.version()
        if target.path.exists():
            there = target.version()
            if there.store_id != here.store_id:
                raise LocalFault(sentence("archive-of-another", file=str(target.path)))
            if there == here:
                return False
        unfinished = target.path.with_name(f".{target.path.name}.unfinished")
        try:
            private.make_folder(target.path.parent)
            unfinished.unlink(missing_ok=True)
            number = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
            try:
                self._fill(unfinished)
                os.fsync(number)
            finally:
                os.close(number)
            unfinished.replace(target.path)
            private.sync_folder(target.path.parent)
        except OSError as error:
            kind = NoRoom if is_for_want_of_room(error) else TryLater
            raise kind(_said(target.path, error)) from None
        finally:
            unfinished.unlink(missing_ok=True)
        return True

    def _fill(self, unfinished: Path) -> None:
        with self._reading() as source, closing(sqlite3.connect(unfinished, isolation_level=None)) as copy:
            copy.execute("PRAGMA synchronous = OFF")
            source.backup(copy)
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise LocalFault(sentence("archive-damaged", file=str(self.path), why=found))

    def _portions(self) -> Iterator[list[Kept]]:
        """Yield all letters, about a million octets at once. Raise as ``read``."""
        with self._reading() as connection:
            portion, octets = [], 0
            for digest, raw in connection.execute("SELECT digest, raw FROM letter ORDER BY rowid"):
                portion.append((digest, bytes(raw)))
                octets += len(raw)
                if octets >= _PORTION_OCTETS:
                    yield portion
                    portion, octets = [], 0
            yield portion

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Not read-only: what a crash left half written is undone by whoever opens it next."""
        if not self.path.is_file():
            raise LocalFault(sentence("archive-missing", file=str(self.path)))
        try:
            with closing(self._connected()) as connection:
                connection.execute("PRAGMA query_only = ON")
                yield connection
        except sqlite3.OperationalError as error:
            raise TryLater(_said(self.path, error)) from None
        except sqlite3.DatabaseError as error:
            raise LocalFault(_said(self.path, error)) from None

    @contextmanager
    def _writing(self, store_id: str) -> Iterator[sqlite3.Connection]:
        try:
            self._make()
            with closing(self._connected()) as connection:
                connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
                connection.execute("PRAGMA synchronous = EXTRA")
                connection.execute("BEGIN IMMEDIATE")
                self._claim(connection, store_id)
                yield connection
                connection.execute("COMMIT")
        except (OSError, sqlite3.OperationalError) as error:
            kind = NoRoom if is_for_want_of_room(error) else TryLater
            raise kind(_said(self.path, error)) from None
        except sqlite3.DatabaseError as error:
            raise LocalFault(_said(self.path, error)) from None

    def _make(self) -> None:
        if self.path.exists():
            return
        private.make_folder(self.path.parent)
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE))
        except FileExistsError:  # another process was quicker
            return
        private.sync_folder(self.path.parent)

    def _claim(self, connection: sqlite3.Connection, store_id: str) -> None:
        for table in _TABLES:
            connection.execute(table)
        found = _version(connection)
        if not found.store_id:
            connection.execute("INSERT INTO archive (store_id, version) VALUES (?, '')", (store_id,))
        elif found.store_id != store_id:
            raise LocalFault(sentence("archive-of-another", file=str(self.path)))

    def _connected(self) -> sqlite3.Connection:
        where = f"{self.path.resolve().as_uri()}?mode=rw"
        return sqlite3.connect(where, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _version(connection: sqlite3.Connection) -> ArchiveVersion:
    row = connection.execute("SELECT store_id, version FROM archive").fetchone()
    return ArchiveVersion(*row) if row else ArchiveVersion("", "")


def _is_whole(connection: sqlite3.Connection, digest: str) -> bool:
    row = connection.execute("SELECT raw FROM letter WHERE digest = ?", (digest,)).fetchone()
    return row is not None and hashlib.sha256(row[0]).hexdigest() == digest


def _said(path: Path, error: Exception) -> Sentence:
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return sentence("archive-damaged", file=str(path), why=why)
