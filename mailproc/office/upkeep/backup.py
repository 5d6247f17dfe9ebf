"""Make a backup: the store as it is at one moment, and the documents beside it."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailproc import private
from mailproc.errors import GiveUp, LocalFault, MailprocError
from mailproc.flow.context import Context
from mailproc.sentence import sentence
from mailproc.store import backups, documents, store_copies
from mailproc.store.document_files import FOLDER, DocumentFolder
from mailproc.store.engine import Store

BATCH = 500
"""Rows of documents of one read."""
_DATED = re.compile(r"mailproc-[0-9]{8}T[0-9]{6}Z\.(db|dump)")


@dataclass(frozen=True)
class MadeBackup:
    """``size``: octets of the file; ``documents``: files of documents beside it.

    ``missing``: documents that were not there or damaged; ``pruned``: earlier backups that were deleted.
    """

    file: str
    size: int
    documents: int
    missing: int
    pruned: tuple[str, ...] = ()


def make(store: Store, context: Context, file: Path) -> MadeBackup:
    """Make a checked backup in ``file``, and record it. An earlier backup there is replaced, nothing else.

    Raise LocalFault, TryLater and NoRoom; then what was there is as it was.
    """
    with _recorded(store, context, file), _alone(file.parent):
        made = _make(store, context, file)
    _record(store, context, made)
    return made


def make_dated(store: Store, context: Context, folder: Path, keep: int) -> MadeBackup:
    """Make a backup in ``folder`` with the time in its name, and delete all but the ``keep`` newest there.

    Raise as ``make``.
    """
    now = context.clock()
    file = folder / f"mailproc-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.{store_copies.ending(store)}"
    with _recorded(store, context, file), _alone(folder):
        made = _make(store, context, file)
        pruned = _prune(store, folder, keep)
    made = MadeBackup(made.file, made.size, made.documents, made.missing, pruned)
    _record(store, context, made)
    return made


def scheduled(store: Store, context: Context) -> MadeBackup:
    """Make the backup of the schedule. Raise as ``make``."""
    return make_dated(store, context, folder_of(context), context.config.backup.keep)


def folder_of(context: Context) -> Path:
    """Return the folder of backups. Raise LocalFault if none is configured."""
    if not (folder := context.config.backup.folder):
        raise LocalFault(sentence("backup-where"), ("mailproc backup --to DIR",))
    return context.config.file.parent / folder


def last_backup(store: Store) -> datetime | None:
    """Return when the last backup was begun, good or not."""
    with store.read() as connection:
        found = backups.last(connection, good=False)
    return found.at if found is not None else None


def _make(store: Store, context: Context, file: Path) -> MadeBackup:
    store_id = store.identity()
    _refuse_other(store, store_id, file)
    source, target = context.documents, DocumentFolder(file.parent / FOLDER)
    with ExitStack() as stack:
        if source.path.is_dir():  # no document is deleted until it is copied
            stack.enter_context(source.writing(store_id))
        store_copies.make(store, file)
        count, missing = _copy_documents(store, source, target, store_id)
    return MadeBackup(str(file), file.stat().st_size, count, missing)


def _refuse_other(store: Store, store_id: str, file: Path) -> None:
    """Replace a backup of this store and nothing else."""
    if store.path is not None and file.resolve() == store.path:
        raise LocalFault(sentence("backup-is-store", file=str(file)))
    if file.exists():
        try:
            found = store_copies.look(file)
        except LocalFault:
            raise LocalFault(sentence("backup-in-the-way", file=str(file))) from None
        if found.store_id != store_id:
            raise LocalFault(sentence("backup-of-another", file=str(file)))


def _copy_documents(
    store: Store, source: DocumentFolder, target: DocumentFolder, store_id: str
) -> tuple[int, int]:
    """Return how many are beside the backup, and how many could not be copied."""
    if source.path.resolve() == target.path.resolve():
        return 0, 0
    count = missing = last = 0
    with ExitStack() as stack:
        while True:
            with store.read() as connection:
                rows = documents.after(connection, last, BATCH)
            if not rows:
                return count, missing
            if not last:
                stack.enter_context(target.writing(store_id))
            last = rows[-1].id
            for digest in dict.fromkeys(
                row.digest for row in rows if row.deleted_at is None and not row.why_not
            ):
                try:
                    target.put(source.read(digest))
                    target.touch(digest)
                    count += 1
                except GiveUp:  # `verify` names it
                    missing += 1


def _prune(store: Store, folder: Path, keep: int) -> tuple[str, ...]:
    """Delete all but the newest backups, and the documents that none of those left has."""
    dated = sorted(file for file in folder.iterdir() if _DATED.fullmatch(file.name))
    gone, left = dated[:-keep], dated[-keep:]
    for file in gone:
        file.unlink()
    oldest = min((file.stat().st_mtime for file in left), default=0.0)
    target = DocumentFolder(folder / FOLDER)
    with target.alone(store.identity()) as alone:
        for digests in target.digests() if gone and alone else ():
            for digest in digests:
                if target.touched(digest) < oldest:
                    target.remove(digest)
    return tuple(str(file) for file in gone)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one backup at a time write into the folder, which is made if missing."""
    try:
        private.make_folder(folder)
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        why = f"{error.strerror}; {private.belongs(folder)}"
        raise LocalFault(sentence("backup-not-made", file=str(folder), why=why)) from None
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise LocalFault(sentence("backup-under-way", folder=str(folder))) from None
    except OSError as error:
        raise LocalFault(
            sentence("backup-not-made", file=str(folder), why=error.strerror or str(error))
        ) from None
    finally:
        os.close(number)


@contextmanager
def _recorded(store: Store, context: Context, file: Path) -> Iterator[None]:
    """Record why there is no backup."""
    at: datetime = context.clock()
    try:
        yield
    except MailprocError as error:
        fault = str(error)
        store.write(lambda connection: backups.record(connection, at, str(file), fault=fault))
        raise


def _record(store: Store, context: Context, made: MadeBackup) -> None:
    at = context.clock()
    store.write(
        lambda connection: backups.record(connection, at, made.file, size=made.size, documents=made.documents)
    )
