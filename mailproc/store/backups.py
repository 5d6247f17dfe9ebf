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


def record(
    connection: Connection, at: datetime, file: str, *, size: int = 0, documents: int = 0, fault: str = ""
) -> None:
    """Record a backup; ``fault`` says why there is none."""
    values = {"at": at, "file": file, "size": size, "documents": documents, "fault": fault}
    number = connection.execute(_BACKUP.insert().values(values).returning(_BACKUP.c.id)).scalar_one()
    connection.execute(_BACKUP.delete().where(_BACKUP.c.id <= number - MOST))


def last(connection: Connection, *, good: bool = True) -> Backup | None:
    """Return the last good backup, or the last that was begun; None if there is none."""
    found = select(_BACKUP).order_by(_BACKUP.c.id.desc()).limit(1)
    if good:
        found = found.where(_BACKUP.c.fault == "")
    return next(iter(made(Backup, connection.execute(found))), None)
