"""Copies of a store in files, whichever database it is."""

import logging
from collections.abc import Callable
from pathlib import Path

from mailproc.errors import MailprocError
from mailproc.store import backup_seal, regular_file, server_backup, sqlite_backup
from mailproc.store.engine import Store
from mailproc.store.sqlite_backup import StoreFile

_log = logging.getLogger(__name__)
_DUMP = b"PGDMP"
_SQLITE = b"SQLite format 3\0"


def ending(store: Store) -> str:
    """The end of a copy's name, without the dot."""
    return "dump" if store.path is None else "db"


def make(store: Store, file: Path, before_naming: Callable[[], None] = sqlite_backup.nothing_more) -> None:
    """Make a checked copy (``sqlite_backup.make``, ``server_backup.make``)."""
    if store.path is None:
        server_backup.make(store.url, file, before_naming)
    else:
        sqlite_backup.make(store.path, file, before_naming=before_naming)


def look(file: Path) -> StoreFile:
    """Return what the file is. Raise LocalFault if it is no copy that this program can use."""
    return server_backup.look(file) if is_dump(file) else sqlite_backup.look(file)


def store_id(file: Path) -> str:
    """Return the id of the store in the file, '' if it is no copy of one. Reads little of it."""
    try:
        return server_backup.look(file).store_id if is_dump(file) else sqlite_backup.store_id(file)
    except MailprocError:
        return ""


def refuse_changed(file: Path) -> None:
    """Raise LocalFault if the file is not what was written. A copy of other make is looked at only."""
    try:
        if not backup_seal.check(file):
            _log.warning("%s has no checksum: a change that leaves its structure whole is not seen", file)
    except OSError as error:
        raise sqlite_backup.unreadable(file, error) from None


def is_dump(file: Path) -> bool:
    """Whether it is one of PostgreSQL. Raise LocalFault if it cannot be read."""
    return _begin(file).startswith(_DUMP)


def is_copy(file: Path) -> bool:
    """Whether it may be a copy of a store, by its first octets. Raise LocalFault if it cannot be read."""
    return _begin(file).startswith((_DUMP, _SQLITE))


def _begin(file: Path) -> bytes:
    try:
        with regular_file.opened(file) as opened:
            return opened.read(len(_SQLITE))
    except OSError as error:
        raise sqlite_backup.unreadable(file, error) from None
