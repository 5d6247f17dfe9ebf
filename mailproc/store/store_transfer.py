"""Copy every row of a store into an empty one on PostgreSQL, and compare the two row by row."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TableClause, column, func, select, table, text
from sqlmodel import SQLModel

from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.store.tables import SaidAs, Told

PORTION = 200
"""Rows in hand at once: of letters, with their bytes."""
Progress = Callable[[str, int, int], None]
"""Called with a table, how many of its rows are copied, and how many it has."""


@dataclass(frozen=True)
class CopiedTable:
    """``same``: every row of it reads the same on both sides."""

    name: str
    rows: int
    same: bool


def refuse_if_in_use(target: Connection, shown: str) -> None:
    """Raise LocalFault if the store holds anything."""
    for each in _tables():
        if each.name != "identity" and _count(target, each):
            raise LocalFault(sentence("copy-not-empty", store=shown, table=each.name))


def copy(source: Connection, target: Connection, progress: Progress) -> None:
    """Copy all rows. Nobody may write into either."""
    target.execute(text("DELETE FROM identity"))
    for each in _tables():
        _copy_table(source, target, each, progress)
    _set_sequences(target)


def compared(source: Connection, target: Connection) -> tuple[CopiedTable, ...]:
    """Read both stores and compare each table."""
    return tuple(
        CopiedTable(each.name, _count(target, each), _digest(source, each) == _digest(target, each))
        for each in _tables()
    )


def _copy_table(reading: Connection, writing: Connection, each: TableClause, progress: Progress) -> None:
    total, done = _count(reading, each), 0
    for rows in _portions(reading, each):
        writing.execute(each.insert(), rows)
        done += len(rows)
        progress(each.name, done, total)


def _digest(connection: Connection, each: TableClause) -> int:
    """Sum the digests of all rows: the same in whatever order they are read."""
    total = 0
    for rows in _portions(connection, each):
        for row in rows:
            read = repr(list(row.values())).encode("utf-8", "backslashreplace")
            total += int.from_bytes(hashlib.sha256(read).digest(), "big")
    return total


def _portions(connection: Connection, each: TableClause) -> Iterator[list[dict[str, Any]]]:
    streamed = connection.execute(select(each), execution_options={"stream_results": True})
    for rows in streamed.mappings().partitions(PORTION):
        yield [dict(row) for row in rows]


def _count(connection: Connection, each: TableClause) -> int:
    return int(connection.execute(select(func.count()).select_from(each)).scalar_one())


def _tables() -> list[TableClause]:
    """The tables with their columns as the database has them: nothing is understood, only copied."""
    return [
        table(one.name, *(column(each.name, _plain(each.type)) for each in one.columns))
        for one in SQLModel.metadata.sorted_tables
    ]


def _plain(kind: Any) -> Any:
    return kind.impl_instance if isinstance(kind, SaidAs | Told) else kind


def _set_sequences(connection: Connection) -> None:
    """Let the next row of each table come after those that were copied."""
    for each in SQLModel.metadata.sorted_tables:
        if "id" in each.c and each.c.id.type.python_type is int:
            last = f"(SELECT max(id) FROM {each.name})"  # noqa: S608  # ours
            sequence = f"pg_get_serial_sequence('{each.name}', 'id')"
            connection.execute(text(f"SELECT setval({sequence}, {last}) WHERE {last} IS NOT NULL"))
