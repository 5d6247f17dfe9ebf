"""Copies of a store in files, whichever database it is."""

from pathlib import Path

from mailproc.store import server_backup, sqlite_backup
from mailproc.store.engine import Store
from mailproc.store.sqlite_backup import StoreFile

_DUMP = b"PGDMP"


def ending(store: Store) -> str:
    """The end of a copy's name, without the dot."""
    return "dump" if store.path is None else "db"


def make(store: Store, file: Path) -> None:
    """Make a checked copy (``sqlite_backup.make``, ``server_backup.make``)."""
    if store.path is None:
        server_backup.make(store.url, file)
    else:
        sqlite_backup.make(store.path, file)


def look(file: Path) -> StoreFile:
    """Return what the file is. Raise LocalFault if it is no copy that this program can use."""
    return server_backup.look(file) if is_dump(file) else sqlite_backup.look(file)


def is_dump(file: Path) -> bool:
    """Whether it is one of PostgreSQL. Raise LocalFault if it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(_DUMP)) == _DUMP
    except OSError as error:
        raise sqlite_backup.unreadable(file, error) from None
