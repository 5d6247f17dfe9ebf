"""The readers of a file that is being imported, in a database of their own until they are compared.

It lies on the disk, has no name and is gone with its process (a temporary database of SQLite): so a file of
any size needs little memory, and a file that is refused has touched nothing.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from mailproc.errors import NoRoom
from mailproc.store.patron_imports import FiledReader

PORTION = 500
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8000;
CREATE TABLE reader (id TEXT PRIMARY KEY, line INTEGER, said TEXT, changes INTEGER DEFAULT 0) WITHOUT ROWID;
CREATE TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class IncomingPatrons:
    """A reader who was refused is here without values: he is in the file, and not gone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, reader: FiledReader, line: int) -> int:
        """Add a reader; return 0, or the line where this id stands already, and add nothing."""
        said = json.dumps(reader.values)
        if self._put((reader.id, line, said)):
            return 0
        row = self._connection.execute("SELECT line FROM reader WHERE id = ?", (reader.id,)).fetchone()
        return int(row[0])

    def refuse(self, patron_id: str, line: int) -> None:
        """Note that this id is in the file."""
        self._put((patron_id, line, None))

    def _put(self, row: tuple[str, int, str | None]) -> bool:
        statement = "INSERT INTO reader (id, line, said) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        return self._connection.execute(statement, row).rowcount == 1

    def missing(self, ids: Sequence[str]) -> list[str]:
        """Return those of ``ids`` that are not in the file."""
        marks = ",".join("?" * len(ids))
        found = self._connection.execute(f"SELECT id FROM reader WHERE id IN ({marks})", ids)  # noqa: S608
        there = {row[0] for row in found}
        return [one for one in ids if one not in there]

    def portions(self) -> Iterator[list[FiledReader]]:
        """Give all readers with values, in portions."""
        yield from self._portions("said IS NOT NULL")

    def to_change(self) -> Iterator[list[FiledReader]]:
        """Give those that ``mark`` named."""
        yield from self._portions("changes = 1")

    def _portions(self, which: str) -> Iterator[list[FiledReader]]:
        last = ""
        wanted = f"SELECT id, said FROM reader WHERE id > ? AND {which} ORDER BY id LIMIT {PORTION}"  # noqa: S608
        while rows := self._connection.execute(wanted, (last,)).fetchall():
            last = rows[-1][0]
            yield [FiledReader(patron_id, json.loads(said)) for patron_id, said in rows]

    def mark(self, ids: Iterable[str]) -> None:
        """Note that these change something."""
        self._connection.executemany("UPDATE reader SET changes = 1 WHERE id = ?", ((one,) for one in ids))

    def add_gone(self, ids: Iterable[str]) -> None:
        self._connection.executemany("INSERT INTO gone VALUES (?)", ((one,) for one in ids))

    def keep_gone(self) -> int:
        """Let nobody be gone; return of how many this is true."""
        return self._connection.execute("DELETE FROM gone").rowcount

    def gone(self) -> Iterator[list[str]]:
        """Give the ids of ``add_gone``, in portions."""
        last = ""
        wanted = f"SELECT id FROM gone WHERE id > ? ORDER BY id LIMIT {PORTION}"  # noqa: S608
        while rows := self._connection.execute(wanted, (last,)).fetchall():
            last = rows[-1][0]
            yield [row[0] for row in rows]


@contextmanager
def incoming() -> Iterator[IncomingPatrons]:
    """Give an empty one. Raise NoRoom if the disk of temporary files is full."""
    connection = sqlite3.connect("", isolation_level=None)
    try:
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        yield IncomingPatrons(connection)
    except sqlite3.OperationalError as error:
        raise NoRoom(f"the readers cannot be kept in a temporary file: {error}") from None
    finally:
        connection.close()
