"""Which store this is, and which run of the service has it: one row.

The id stays as long as the store, also in its copies. The run is new at each start of the service, so
an older copy that is put in the store's place does not hold it.
"""

from uuid import uuid4

from sqlalchemy import Connection, select

from mailproc.store.prepared_statements import table_of
from mailproc.store.tables import IdentityRow

IDENTITY = table_of(IdentityRow)
RUN = "SELECT run FROM identity"
ROOT_PAGE = "SELECT rootpage FROM sqlite_master WHERE name = 'identity' AND type = 'table'"


def store_id(connection: Connection) -> str:
    """'' where the store has none yet."""
    return connection.execute(select(IDENTITY.c.store_id)).scalar() or ""


def make(connection: Connection) -> str:
    """Give the store an id where it has none; its id."""
    if known := store_id(connection):
        return known
    new = uuid4().hex
    connection.execute(IDENTITY.insert().values(store_id=new, run=""))
    return new


def touch(connection: Connection) -> None:
    """Write something and change nothing: is there room?"""
    connection.execute(IDENTITY.update().values(run=IDENTITY.c.run))


def begin_run(connection: Connection) -> str:
    """A new run; its name."""
    make(connection)
    run = uuid4().hex
    connection.execute(IDENTITY.update().values(run=run))
    return run
