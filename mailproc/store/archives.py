"""The archives of a store: the bytes of letters whose requests are over for long, one file for each year.

``STORE.letters-2024.db`` has the letters that came or were written in 2024 (UTC). A letter's row stays in the
store; its ``archived`` names the year, its ``digest`` the bytes.
"""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from mailproc.store import connections
from mailproc.store.archive_file import ArchiveFile

_KEY = "mailproc archives"


class Archives:
    """The files of one store. Nothing is opened or made before it is asked for."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._name = name

    def of_year(self, year: int) -> ArchiveFile:
        return ArchiveFile(self.folder / f"{self._name}.letters-{year}.db")

    def years(self) -> list[int]:
        """Return the years of which there is a file, in order."""
        pattern = re.compile(re.escape(self._name) + r"\.letters-(\d{1,4})\.db")
        names = (pattern.fullmatch(file.name) for file in self.folder.glob("*.db"))
        return sorted(int(found[1]) for found in names if found)

    def read(self, year: int, digest: str) -> bytes:
        """Return an archived letter. Raise as ``ArchiveFile.read``."""
        return self.of_year(year).read(digest)

    def attach(self, *engines: Engine) -> None:
        """Let whoever has a connection of these read archived letters (``of``)."""

        def connected(_driver: Any, record: Any) -> None:
            record.info[_KEY] = self

        for engine in engines:
            event.listen(engine, "connect", connected)


def of(connection: Connection) -> Archives:
    """Return the archives of the store that the connection is to."""
    found: Archives = connection.info[_KEY]
    return found


def place(folder: str, url: str, base: Path) -> Archives:
    """Return the archives of the store ``url``: in ``folder`` below ``base``, or beside the store's file.

    A store on a server has no file; then they are in ``var`` below ``base``.
    """
    parsed = connections.parse(url, base)
    file = connections.file_of(parsed)
    beside = base / "var" if file is None else file.parent
    return Archives(base / folder if folder else beside, Path(parsed.database or "").name)
