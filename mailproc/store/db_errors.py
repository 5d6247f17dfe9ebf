"""Recognise database errors that need no action yet: a full disk, a lock, a lost server.

Everything else that a database reports (a violated constraint, an unknown column) is a bug of the job.
"""

import errno
import sqlite3
import sys

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from mailproc.errors import NoRoom, StoreLost, TryLater

_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}


_SQLITE_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
_POSTGRESQL_NO_ROOM = "53100"


def driver_errors() -> tuple[type[Exception], ...]:
    """Return what a connection that is used without SQLAlchemy may raise."""
    return (sqlite3.Error, SQLAlchemyError, *_postgresqls("Error"))


def _postgresqls(name: str) -> tuple[type[Exception], ...]:
    """Return psycopg's errors of that name; () if psycopg was never imported.

    Importing it takes a tenth of a start on SQLite, and without it no such error can occur.
    """
    psycopg = sys.modules.get("psycopg")
    return () if psycopg is None else (getattr(psycopg, name),)


def try_later(error: BaseException) -> TryLater | None:
    """Return the sentence for a store that cannot work now; None if the job is at fault."""
    if isinstance(error, StoreLost):
        return error
    if isinstance(error, NoFreeConnection):
        return TryLater("the store has no free connection")
    if _is_damage(error):
        return StoreLost(f"the store is damaged: {first_line(error)}; see docs/operators.md")
    if _is_gone(error):
        return StoreLost(f"the store is gone: {first_line(error)}; see docs/operators.md")
    if _is_the_stores(error):
        kind = NoRoom if is_for_want_of_room(error) else TryLater
        return kind(f"the store cannot work just now: {first_line(error)}")
    return None


def first_line(error: BaseException) -> str:
    """Return the driver's message without the statement and its values, which may be a letter's."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]


def strip_detail(error: BaseException) -> None:
    """Keep the first line of PostgreSQL's message: its DETAIL lines hold the row that failed."""
    if error.args and isinstance(error.args[0], str):
        error.args = (error.args[0].partition("\n")[0], *error.args[1:])


def is_for_want_of_room(error: BaseException) -> bool:
    """Return whether the disk is full, for errors of the driver and of the system."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, OSError):
        return cause.errno in (errno.ENOSPC, errno.EDQUOT)
    code, state = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    return code in _SQLITE_NO_ROOM or state == _POSTGRESQL_NO_ROOM


def _is_damage(error: BaseException) -> bool:
    """Return whether the file is damaged (SQLite), or data_corrupted or index_corrupted (PostgreSQL)."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return getattr(cause, "sqlstate", None) in ("XX001", "XX002")


def _is_gone(error: BaseException) -> bool:
    """Return whether PostgreSQL refuses the connection because the database is gone (it has no code)."""
    cause = getattr(error, "orig", None) or error
    words = str(cause)
    return isinstance(cause, _postgresqls("OperationalError")) and (
        'FATAL:  database "' in words and "does not exist" in words
    )


def _is_the_stores(error: BaseException) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        # SQLITE_ERROR is "no such column" and the like; SQLITE_CONSTRAINT and MISMATCH are the job's too.
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _SQLITE
    # psycopg: classes 08, 40, 53, 55, 57, 58 (connection, deadlock, resources, lock, shutdown, disk);
    # it counts 54 among them, but a value too long for its index is so again at the next try.
    return isinstance(cause, _postgresqls("OperationalError")) and not (
        getattr(cause, "sqlstate", None) or ""
    ).startswith("54")
