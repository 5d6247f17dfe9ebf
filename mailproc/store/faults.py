"""Which of a database's errors nobody has to act on yet: a full disk, a lock, a lost server.

Everything else a database says (a broken constraint, an unknown column) is a bug of the job.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from mailproc.errors import TryLater


def try_later(error: BaseException) -> TryLater | None:
    """The sentence for a store that cannot work just now; None where the job is to blame."""
    if isinstance(error, NoFreeConnection):
        return TryLater("the store has no free connection")
    if isinstance(error, DBAPIError) and _is_the_stores(error):
        return TryLater(f"the store cannot work just now: {first_line(error)}")
    return None


def first_line(error: BaseException) -> str:
    """The driver's words without the statement and its values, which may be a letter's."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]


def _is_the_stores(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        # SQLITE_ERROR is "no such column" and the like; SQLITE_CONSTRAINT and MISMATCH are the job's too.
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        return code in _SQLITE
    # psycopg: classes 08, 40, 53, 55, 57, 58 (connection, deadlock, resources, lock, shutdown, disk).
    return isinstance(error, OperationalError)


def _driver_errors() -> tuple[type[Exception], ...]:
    try:
        import psycopg
    except ModuleNotFoundError:  # the extra is not installed, so no PostgreSQL either
        return (sqlite3.Error, SQLAlchemyError)
    return (sqlite3.Error, psycopg.Error, SQLAlchemyError)


DRIVER_ERRORS = _driver_errors()  # what a connection used without SQLAlchemy may raise

_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
