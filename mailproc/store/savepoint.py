"""A part of a job that may fail alone: its changes are undone, the rest of the commit stands.

Spoken to the driver. SQLAlchemy gives every savepoint a new name, so that neither its nor the
database's statement caches know it, and it was a fifth of a step's cost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from mailproc.store.db_errors import try_later


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what was changed inside if it raises, and raise on.

    The store's own trouble (``try_later``) passes through untouched: it breaks the whole commit,
    and the database may have rolled back already. May be nested.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT part")
    try:
        yield
    except BaseException as error:
        if try_later(error) is None:
            driver.execute("ROLLBACK TO SAVEPOINT part")
            driver.execute("RELEASE SAVEPOINT part")
        raise
    driver.execute("RELEASE SAVEPOINT part")
