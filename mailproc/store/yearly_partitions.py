"""The yearly partitions of PostgreSQL: of letters' bytes, and of the history. SQLite has none.

The year is that of ``at`` in UTC. What is of no partition's year, as the clock was wrong or the service was
not there to make one, lies in the partition ``…_other`` and is found all the same; it moves once its year
gets a partition.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select, text

from mailproc.store.bytes_tables import InboxBytes, OutgoingBytes
from mailproc.store.prepared_statements import table_of
from mailproc.store.tables import HistoryRow

PARTITIONED = tuple(table_of(model) for model in (InboxBytes, OutgoingBytes, HistoryRow))
AHEAD = 2
"""Years after the present one that have partitions."""
LONGEST_WAIT_MS = 200
_FIRST, _LAST = 1970, 2999
"""Other years are the clock's fault, and get no partition."""


def make(connection: Connection, years: Iterable[int]) -> None:
    """Make the partitions of these years that are missing. On SQLite do nothing."""
    if connection.dialect.name != "postgresql":
        return
    for year in years:
        for table in PARTITIONED:
            if _FIRST <= year <= _LAST and not _is_there(connection, f"{table.name}_{year}"):
                _make(connection, table.name, year)


def make_ahead(connection: Connection, year: int) -> None:
    """Make those of the present year and of the next ones.

    Raise TryLater if somebody reads the tables for long (pg_dump): all writes would wait behind this one.
    """
    if connection.dialect.name != "postgresql":
        return
    before = connection.execute(text("SHOW lock_timeout")).scalar_one()
    waits = text("SELECT set_config('lock_timeout', :time, true)")
    connection.execute(waits, {"time": f"{LONGEST_WAIT_MS}ms"})
    make(connection, range(year, year + AHEAD + 1))
    connection.execute(waits, {"time": before})


def years_in(connection: Connection) -> range:
    """Return the years from which the tables have rows, the first to the last."""
    ends = [
        at.year
        for table in PARTITIONED
        for at in connection.execute(select(func.min(table.c.at), func.max(table.c.at))).one()
        if at is not None
    ]
    return range(max(min(ends), _FIRST), min(max(ends), _LAST) + 1) if ends else range(0)


def _is_there(connection: Connection, name: str) -> bool:
    return connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar() is not None


def _make(connection: Connection, table: str, year: int) -> None:
    """Filled before it is attached: PostgreSQL refuses one whose rows lie in another."""
    name, first, after = f"{table}_{year}", f"'{year}-01-01 00:00:00+00'", f"'{year + 1}-01-01 00:00:00+00'"
    moved = f"DELETE FROM {table}_other WHERE at >= {first} AND at < {after} RETURNING *"  # noqa: S608  # ours
    for statement in (
        f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)",
        f"WITH moved AS ({moved}) INSERT INTO {name} SELECT * FROM moved",  # noqa: S608  # ours
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({after})",
    ):
        connection.execute(text(statement))
