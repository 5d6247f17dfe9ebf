"""The identity of a store, and the run of the service that has it: one row.

The id stays as long as the store, also in its copies. The run is new at each start of the service, so an
older copy that replaces the store does not have it. The term is a number, one more at each start: by it a
service knows that another one has taken the store over.
"""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection, inspect, select

from mailproc.store.prepared_statements import table_of
from mailproc.store.tables import IdentityRow

IDENTITY = table_of(IdentityRow)
RUN = "SELECT run, term FROM identity"
ROOT_PAGE = "SELECT rootpage FROM sqlite_master WHERE name = 'identity' AND type = 'table'"


@dataclass(frozen=True)
class ServiceRun:
    """A run of the service, its term, and the name of the run before it ('' if there was none)."""

    name: str
    term: int
    before: str


def store_id(connection: Connection) -> str:
    """Return the id; '' if the store has none yet."""
    return connection.execute(select(IDENTITY.c.store_id)).scalar() or ""


def known_id(connection: Connection) -> str:
    """Return the id, '' if the store has none, or is older than ids."""
    return store_id(connection) if inspect(connection).has_table(IDENTITY.name) else ""


def make(connection: Connection, wanted: str = "") -> str:
    """Give the store an id if it has none, ``wanted`` or a new one; return it."""
    if known := store_id(connection):
        return known
    new = wanted or uuid4().hex
    connection.execute(IDENTITY.insert().values(store_id=new, run=""))
    return new


def has_counters(connection: Connection) -> bool:
    """Return whether the store has a counters file."""
    return bool(connection.execute(select(IDENTITY.c.has_counters)).scalar())


def note_counters(connection: Connection, *, there: bool) -> None:
    """Note whether it has one."""
    connection.execute(IDENTITY.update().values(has_counters=int(there)))


def touch(connection: Connection) -> None:
    """Write something without a change, to see whether there is room."""
    connection.execute(IDENTITY.update().values(run=IDENTITY.c.run))


def begin_run(connection: Connection) -> ServiceRun:
    """Begin a new run, and with it the next term."""
    make(connection)
    before, term = connection.exec_driver_sql(RUN).one()
    run = ServiceRun(uuid4().hex, term + 1, before)
    connection.execute(IDENTITY.update().values(run=run.name, term=run.term))
    return run
