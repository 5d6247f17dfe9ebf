"""The archive of one year: a SQLite file with the bytes of letters, each once, by their SHA-256.

What is put into it is on the disk before ``put`` returns. By the digest a letter is found, and is known to be
what it was; so two stores that were one (a copy, put back) may share a letter, and putting again changes
nothing but bytes that are damaged. The file bears the id of its store. One that a kill left empty is none.
"""

import errno
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from mailproc import private
from mailproc.errors import LocalFault, MailprocError, NoRoom, TryLater
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store.connections import existing
from mailproc.store.db_errors import is_for_want_of_room

BUSY_SECONDS = 60
PAGE_SIZE = 16_384
"""Octets of a page: four or five letters."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS archive (store_id TEXT NOT NULL, version TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS letter (digest TEXT NOT NULL PRIMARY KEY, raw BLOB NOT NULL)",
)
_PUT = "INSERT OR REPLACE INTO letter (digest, raw) VALUES (?, ?)"
_DAMAGED = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a file that is no whole archive: no such table is an SQLITE_ERROR."""
_PORTION_OCTETS = 1_000_000
Kept = tuple[str, bytes]
"""A letter: the SHA-256 of its bytes in hex, and the bytes."""


@dataclass(frozen=True)
class ArchiveVersion:
    """Whose the file is, and a name that is new after each change: who has the same holds the same."""

    store_id: str
    name: str


@dataclass(frozen=True)
class CopiedArchive:
    """``copied``: a file was written; ``fault``: what is wrong with one of the two, '' if nothing."""

    copied: bool
    fault: Part = ""


class DamagedArchive(LocalFault):
    """The file at ``path`` is no whole archive."""

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(_said(path, error))
        self.path = path


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

    def lacks(self, digests: Iterable[str]) -> set[str]:
        """Return those of ``digests`` that it does not list; the bytes are not read. Raise as ``read``."""
        with self._reading() as connection:
            found = "SELECT 1 FROM letter WHERE digest = ?"
            return {one for one in digests if connection.execute(found, (one,)).fetchone() is None}

    def is_there(self) -> bool:
        """Return whether there is a file, and not an empty one. It is not opened."""
        return self.path.is_file() and self.path.stat().st_size > 0

    def is_begun(self) -> bool:
        """Return whether it is there and is some store's. Raise as ``read``."""
        return self.path.exists() and bool(self.version().store_id)

    @property
    def condemned(self) -> Path:
        """What the file is called from the decision to delete it until it is gone."""
        return self.path.with_name(f"{self.path.name}.deleted")

    def condemn(self, store_id: str) -> None:
        """Give the file the name of one that is to be deleted, durably; nobody reads or writes it any more.

        Raise LocalFault if it is not there, or another store's; OSError.
        """
        if self.condemned.exists():
            return
        if self.version().store_id != store_id:
            raise LocalFault(sentence("archive-of-another", file=str(self.path)))
        self.path.rename(self.condemned)
        private.sync_folder(self.path.parent)

    def delete_condemned(self) -> None:
        """Raise OSError."""
        self.condemned.unlink(missing_ok=True)
        private.sync_folder(self.path.parent)

    def put(self, store_id: str, letters: Sequence[Kept]) -> int:
        """Put letters into the file, which is made if missing, durably. Those that are there whole stay.

        Return how many it did not have whole. Raise LocalFault for another store's file, or where none can be
        made; TryLater and NoRoom.
        """
        with self._writing(store_id) as connection:
            new = [one for one in letters if not _is_whole(connection, one[0])]
            connection.executemany(_PUT, new)
            if new:
                connection.execute("UPDATE archive SET version = ?", (uuid4().hex,))
        return len(new)

    def take_over(self, other: "ArchiveFile", store_id: str) -> Part:
        """Put into it what ``other`` has whole and it has not; return what is wrong with it, '' if nothing.

        A file that is damaged is set aside; what can be read of it is taken over too. Raise as ``put``, and
        as ``other.read``.
        """
        if not (version := other.version()).store_id:
            return ""
        if version.store_id != store_id:
            raise LocalFault(sentence("archive-of-another", file=str(other.path)))
        try:
            if self.is_begun():
                self._take_in(other, store_id)
                return ""
        except DamagedArchive as error:
            if error.path != self.path:
                raise
            return other.copy_to(self, anew=True).fault
        return other.copy_to(self).fault

    def copy_to(self, target: "ArchiveFile", *, anew: bool = False) -> CopiedArchive:
        """Make ``target`` a checked copy of it, 0600, if it is none already, or ``anew``. Raise as ``put``.

        What was there stays until the copy is whole. The copy keeps each letter that ``target`` has whole and
        this file has not: then the fault says so, again each time until ``take_over`` has mended this file.
        """
        if not (here := self.version()).store_id:
            return CopiedArchive(False)
        there = target._version_if_whole()
        if there is not None and there.store_id not in (here.store_id, ""):
            raise LocalFault(sentence("archive-of-another", file=str(target.path)))
        if there == here and not anew:
            return CopiedArchive(False)
        unfinished = target.path.with_name(f".{target.path.name}.unfinished")
        try:
            private.make_folder(target.path.parent)
            _clear(unfinished)
            number = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
            try:
                self._fill(unfinished)
                fault = self._merged(ArchiveFile(unfinished), target, here.store_id)
                os.fsync(number)
            finally:
                os.close(number)
            unfinished.replace(target.path)
            private.sync_folder(target.path.parent)
        except NoRoom:  # of the two only the copy is written
            raise NoRoom(_said(target.path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))) from None
        except OSError as error:
            kind = NoRoom if is_for_want_of_room(error) else TryLater
            raise kind(_said(target.path, error)) from None
        finally:
            _clear(unfinished)
        return CopiedArchive(True, fault)

    def _version_if_whole(self) -> ArchiveVersion | None:
        """None if there is none, or a damaged one."""
        try:
            return self.version() if self.path.exists() else None
        except DamagedArchive:
            return None

    def _merged(self, copy: "ArchiveFile", target: "ArchiveFile", store_id: str) -> Part:
        """Put into a copy of this file what ``target`` alone has whole; return what is wrong with the two."""
        kept, aside = 0, ""
        if target.is_there():
            try:
                kept = copy._take_in(target, store_id)
            except DamagedArchive as error:
                if error.path != target.path:
                    raise
                aside = str(target._set_aside().path)
        if damaged := copy._count_damaged():
            copy._change_version(store_id)
            return sentence("archive-letters-damaged", file=str(self.path), count=damaged)
        if kept:
            return sentence("archive-copy-has-more", file=str(self.path), count=kept, copy=str(target.path))
        return sentence("archive-set-aside", file=str(target.path), aside=aside) if aside else ""

    def _set_aside(self) -> "ArchiveFile":
        """Give a damaged file another name, which no archive has."""
        aside = self.path.with_name(f"{self.path.name}.damaged-{uuid4().hex[:8]}")
        self.path.replace(aside)
        private.sync_folder(aside.parent)
        return ArchiveFile(aside)

    def _take_in(self, other: "ArchiveFile", store_id: str) -> int:
        """Put into it what ``other`` has whole and it has not; return how many letters."""
        return sum(
            self.put(store_id, [one for one in portion if hashlib.sha256(one[1]).hexdigest() == one[0]])
            for portion in other._portions()
        )

    def _count_damaged(self) -> int:
        return sum(
            hashlib.sha256(raw).hexdigest() != digest
            for portion in self._portions()
            for digest, raw in portion
        )

    def _change_version(self, store_id: str) -> None:
        with self._writing(store_id) as connection:
            connection.execute("UPDATE archive SET version = ?", (uuid4().hex,))

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
        except sqlite3.DatabaseError as error:
            raise self._raised(error) from None

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
        except (OSError, sqlite3.DatabaseError) as error:
            raise self._raised(error) from None

    def _raised(self, error: Exception) -> MailprocError:
        if is_for_want_of_room(error):
            return NoRoom(_said(self.path, error))
        if isinstance(error, sqlite3.DatabaseError) and _code(error) in _DAMAGED:
            return DamagedArchive(self.path, error)
        return TryLater(_said(self.path, error))

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
        return sqlite3.connect(existing(self.path), uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _version(connection: sqlite3.Connection) -> ArchiveVersion:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'archive'").fetchone() is None:
        return ArchiveVersion("", "")
    row = connection.execute("SELECT store_id, version FROM archive").fetchone()
    return ArchiveVersion(*row) if row else ArchiveVersion("", "")


def _is_whole(connection: sqlite3.Connection, digest: str) -> bool:
    row = connection.execute("SELECT raw FROM letter WHERE digest = ?", (digest,)).fetchone()
    return row is not None and hashlib.sha256(row[0]).hexdigest() == digest


def _code(error: sqlite3.DatabaseError) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _clear(unfinished: Path) -> None:
    """The log of changes too: a kill may have left one."""
    for name in (unfinished.name, f"{unfinished.name}-journal"):
        unfinished.with_name(name).unlink(missing_ok=True)


def _said(path: Path, error: Exception) -> Sentence:
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return sentence("archive-damaged", file=str(path), why=why)
