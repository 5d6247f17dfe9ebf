"""A part of a job that may fail alone: its changes are undone, the rest of the commit stands.

It uses the driver directly. SQLAlchemy gives every savepoint a new name, so no statement cache knew it, which
was a fifth of a step's cost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from mailproc.store import taken_numbers
from mailproc.store.db_errors import try_later
from mailproc.store.pipeline import pipeline_of


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what was changed inside if it raises, and raise again. May be nested.

    Errors of the store itself (``try_later``) pass through: they break the whole commit, and the database may
    have rolled back already.
    """
    pipeline = None if connection.dialect.name == "sqlite" else pipeline_of(connection)
    taken = taken_numbers.mark(connection)
    if pipeline is not None:
        try:
            with pipeline.savepoint():
                yield
        except BaseException:  # whatever it is, it is raised again
            taken_numbers.forget(connection, taken)
            raise
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT part")
    try:
        yield
    except BaseException as error:
        taken_numbers.forget(connection, taken)
        if try_later(error) is None:
            driver.execute("ROLLBACK TO SAVEPOINT part")
            driver.execute("RELEASE SAVEPOINT part")
        raise
    driver.execute("RELEASE SAVEPOINT part")
