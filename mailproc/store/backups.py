"""What is recorded of backups in the store."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from mailproc.store.prepared_statements import made, table_of
from mailproc.store.upkeep_tables import BackupRow

_BACKUP = table_of(BackupRow)
MOST = 100
"""Rows that are kept."""


@dataclass(frozen=True)
class Backup:
    """As ``BackupRow``."""

    id: int
    at: datetime
    file: str
    size: int
    documents: int
    fault: str
    ended_at: datetime | None


def begin(connection: Connection, at: datetime, file: str) -> int:
    """Record that a backup is being made; return its id."""
    values = {"at": at, "file": file, "size": 0, "documents": 0, "fault": ""}
    number: int = connection.execute(_BACKUP.insert().values(values).returning(_BACKUP.c.id)).scalar_one()
    connection.execute(_BACKUP.delete().where(_BACKUP.c.id <= number - MOST))
    return number


def end(
    connection: Connection, number: int, at: datetime, *, size: int = 0, documents: int = 0, fault: str = ""
) -> None:
    """Record that it is made; ``fault`` says why it is not."""
    values = {"ended_at": at, "size": size, "documents": documents, "fault": fault}
    connection.execute(_BACKUP.update().where(_BACKUP.c.id == number).values(values))


def end_in_copy(connection: Connection, at: datetime, size: int) -> None:
    """Record in a copy that it was made: it holds the row of its own backup, the last that has not ended.

    Any before it that has not ended was killed, and is forgotten.
    """
    unended = _BACKUP.c.ended_at.is_(None)
    ids = connection.execute(select(_BACKUP.c.id).where(unended).order_by(_BACKUP.c.id)).scalars().all()
    for number in ids[:-1]:
        forget(connection, number)
    for number in ids[-1:]:
        end(connection, number, at, size=size)


def forget(connection: Connection, number: int) -> None:
    """Forget one that did not begin."""
    connection.execute(_BACKUP.delete().where(_BACKUP.c.id == number))


def last(connection: Connection, *, good: bool = True) -> Backup | None:
    """Return the last good backup, or the last that was begun; None if there is none."""
    found = select(_BACKUP).order_by(_BACKUP.c.id.desc()).limit(1)
    if good:
        found = found.where(_BACKUP.c.fault == "", _BACKUP.c.ended_at.is_not(None))
    return next(iter(made(Backup, connection.execute(found))), None)


def last_ended(connection: Connection) -> Backup | None:
    """Return the last backup that is not being made, good or not; None if there is none."""
    found = select(_BACKUP).where(_BACKUP.c.ended_at.is_not(None)).order_by(_BACKUP.c.id.desc()).limit(1)
    return next(iter(made(Backup, connection.execute(found))), None)
