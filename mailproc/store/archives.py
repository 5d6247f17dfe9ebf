"""The archives of a store: the bytes of letters whose requests are over for long, one file for each year.

``STORE.letters-2024.db`` has the letters that came or were written in 2024 (UTC). A letter's row stays in the
store; its ``archived`` names the year, its ``digest`` the bytes.
"""

import fcntl
import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from mailproc import private
from mailproc.errors import LocalFault, TryLater
from mailproc.sentence import Part, sentence
from mailproc.store import connections
from mailproc.store.archive_file import ArchiveFile

_KEY = "mailproc archives"
_FILE = re.compile(r"letters-(\d{1,4})\.db")


class Archives:
    """The files of one store. Nothing is opened or made before it is asked for."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._prefix = f"{name}." if name else ""

    def of_year(self, year: int) -> ArchiveFile:
        return ArchiveFile(self.folder / f"{self._prefix}letters-{year}.db")

    def years(self) -> list[int]:
        """Return the years of which there is a file, in order."""
        names = [file.name for file in self.folder.glob("*.db") if file.name.startswith(self._prefix)]
        found = (_FILE.fullmatch(name, len(self._prefix)) for name in names)
        years = sorted(int(one[1]) for one in found if one)
        return [year for year in years if self.of_year(year).is_there()]

    def condemned(self) -> list[ArchiveFile]:
        """Return the files that are to be deleted and are still there."""
        names = [file.name.removesuffix(".deleted") for file in self.folder.glob("*.db.deleted")]
        found = (_FILE.fullmatch(name, len(self._prefix)) for name in names if name.startswith(self._prefix))
        return [self.of_year(int(one[1])) for one in found if one]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one who moves letters into the files or deletes one; others wait, in any process."""
        private.make_folder(self.folder)
        lock = self.folder / f"{self._prefix}letters.lock"
        number = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, private.FILE)
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)

    def read(self, year: int, digest: str) -> bytes:
        """Return an archived letter. Raise as ``ArchiveFile.read``."""
        return self.of_year(year).read(digest)

    def missing(self, years: Iterable[int]) -> list[Part]:
        """Return what to say of years that should have a file and have none."""
        files = [self.of_year(year) for year in years]
        return [sentence("archive-missing", file=str(one.path)) for one in files if not one.is_there()]

    def copy_to(self, target: "Archives", named: Collection[int]) -> tuple[int, list[Part]]:
        """Copy each file that ``target`` does not have as it is now; return how many, and what is wrong.

        ``named``: the years that letters of the store name. One that cannot be copied hinders no other.
        """
        count, faults = 0, list[Part]()
        for year in sorted({*self.years(), *target.years()}):
            source, copy = self.of_year(year), target.of_year(year)
            try:
                if not source.is_there() and copy.is_there():
                    faults.append(_of_only_copy(source, copy, deleted=year not in named))
                    continue
                done = source.copy_to(copy)
            except (LocalFault, TryLater) as error:
                faults.append(error.said)
                continue
            count += done.copied
            faults += [done.fault] if done.fault else []
        return count, faults

    def take_over(self, other: "Archives", store_id: str) -> list[Part]:
        """Put into them what those of ``other`` have whole and they have not; return what is wrong.

        One that cannot be taken over hinders no other.
        """
        faults = list[Part]()
        for year in other.years():
            if other.of_year(year).path.resolve() == self.of_year(year).path.resolve():
                continue
            try:
                fault = self.of_year(year).take_over(other.of_year(year), store_id)
            except (LocalFault, TryLater) as error:
                fault = error.said
            faults += [fault] if fault else []
        return faults

    def attach(self, *engines: Engine) -> None:
        """Let whoever has a connection of these read archived letters (``of``)."""

        def connected(_driver: Any, record: Any) -> None:
            record.info[_KEY] = self

        for engine in engines:
            event.listen(engine, "connect", connected)


def _of_only_copy(source: ArchiveFile, copy: ArchiveFile, *, deleted: bool) -> Part:
    if deleted:
        return sentence("archive-copy-over", copy=str(copy.path))
    return sentence("archive-only-copy", file=str(source.path), copy=str(copy.path))


def of(connection: Connection) -> Archives:
    """Return the archives of the store that the connection is to."""
    found: Archives = connection.info[_KEY]
    return found


def beside(backup: Path) -> Archives:
    """Return the archives beside a backup, in a folder of their own."""
    return Archives(backup.parent / "archives", "")


def place(folder: str, url: str, base: Path) -> Archives:
    """Return the archives of the store ``url``: in ``folder`` below ``base``, or beside the store's file.

    A store on a server has no file; then they are in ``var`` below ``base``.
    """
    parsed = connections.parse(url, base)
    file = connections.file_of(parsed)
    beside = base / "var" if file is None else file.parent
    return Archives(base / folder if folder else beside, Path(parsed.database or "").name)
