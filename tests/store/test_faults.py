"""What a database's error means: a lost store, a full disk, try later, or a fault of the job."""

import errno
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from mailproc.errors import NoRoom, StoreLost, TryLater
from mailproc.store import db_errors

SQLITE = {
    "SQLITE_CORRUPT": (StoreLost, "damaged"),
    "SQLITE_CORRUPT_INDEX": (StoreLost, "damaged"),
    "SQLITE_NOTADB": (StoreLost, "damaged"),
    "SQLITE_FULL": (NoRoom, "cannot work just now"),
    "SQLITE_IOERR_SHMSIZE": (NoRoom, "cannot work just now"),
    "SQLITE_BUSY": (TryLater, "cannot work just now"),
    "SQLITE_BUSY_SNAPSHOT": (TryLater, "cannot work just now"),
    "SQLITE_IOERR": (TryLater, "cannot work just now"),
    "SQLITE_IOERR_WRITE": (TryLater, "cannot work just now"),
    "SQLITE_CONSTRAINT": (None, ""),
    "SQLITE_ERROR": (None, ""),
}
POSTGRESQL = {
    "DataCorrupted": (StoreLost, "damaged"),
    "IndexCorrupted": (StoreLost, "damaged"),
    "DiskFull": (NoRoom, "cannot work just now"),
    "DeadlockDetected": (TryLater, "cannot work just now"),
    "AdminShutdown": (TryLater, "cannot work just now"),
    "ConnectionFailure": (TryLater, "cannot work just now"),
    "ProgramLimitExceeded": (None, ""),
    "UniqueViolation": (None, ""),
    "UndefinedColumn": (None, ""),
}


def sqlite(name):
    error = sqlite3.DatabaseError("its words\nand more")
    error.sqlite_errorcode = getattr(sqlite3, name)
    return error


def raised(error):
    """As it comes through SQLAlchemy, and as it is."""
    return [error, DBAPIError("SELECT 'a letter'", {}, error)]


def check(error, kind, words):
    for one in raised(error):
        found = db_errors.try_later(one)
        assert type(found) is (type(None) if kind is None else kind)
        if found is not None:
            assert words in str(found)
            assert "a letter" not in str(found) and "and more" not in str(found)


@pytest.mark.parametrize("name", SQLITE)
def test_an_error_of_sqlite(name):
    check(sqlite(name), *SQLITE[name])


@pytest.mark.parametrize("name", POSTGRESQL)
def test_an_error_of_postgresql(name):
    check(getattr(psycopg.errors, name)("its words\nand more"), *POSTGRESQL[name])


def test_a_database_that_is_not_there_is_gone():
    check(psycopg.OperationalError('FATAL:  database "ill" does not exist'), StoreLost, "gone")
    check(psycopg.OperationalError('FATAL:  role "ill" does not exist'), TryLater, "just now")
    check(psycopg.OperationalError('FATAL:  database "ill" is being accessed'), TryLater, "just now")


def test_a_lost_connection_and_a_lack_of_connections_are_tried_later():
    lost = DBAPIError("SELECT 1", {}, sqlite("SQLITE_ERROR"), connection_invalidated=True)
    assert type(db_errors.try_later(lost)) is TryLater
    assert "no free connection" in str(db_errors.try_later(NoFreeConnection()))
    known = StoreLost("known")
    assert db_errors.try_later(known) is known
    assert db_errors.try_later(ValueError("a bug")) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_the_systems_word_for_a_full_disk(number):
    assert db_errors.is_for_want_of_room(OSError(number, "words")) is (number != errno.EIO)
