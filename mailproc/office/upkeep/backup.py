"""Make a backup: the store as it is at one moment, and the documents beside it."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from mailproc.errors import GiveUp, LocalFault, MailprocError, TryLater
from mailproc.flow.context import Context
from mailproc.office.upkeep import backup_folder
from mailproc.office.upkeep.backup_folder import UnderWay
from mailproc.sentence import Part, sentence
from mailproc.store import archives, backups, documents, letter_bytes, store_copies
from mailproc.store.document_files import FOLDER, DocumentFolder
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 500
"""Rows of documents of one read."""


@dataclass(frozen=True)
class MadeBackup:
    """``size``: octets of the file; ``documents``: files of documents beside it.

    ``missing``: documents that were not there or damaged; ``pruned``: earlier backups that were deleted;
    ``left_alone``: files with a dated name that are no backups of this store, or are of the future.
    ``archives``: archives of letters that were copied, as they were new or had changed.
    ``faults``: what is wrong with archives; all else is in the backup.
    """

    file: str
    size: int
    documents: int
    missing: int
    pruned: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()
    archives: int = 0
    faults: tuple[Part, ...] = ()


def make(store: Store, context: Context, file: Path) -> MadeBackup:
    """Make a checked backup in ``file``, and record it. An earlier backup there is replaced, nothing else.

    Raise LocalFault, TryLater and NoRoom; then what was there is as it was.
    """
    file = file.absolute()

    def work() -> MadeBackup:
        with _alone(store, context, file):
            return _make(store, context, file, claims=False)

    return _recorded(store, context, file, work)


def make_dated(store: Store, context: Context, folder: Path, keep: int) -> MadeBackup:
    """Make a backup in ``folder`` with the time in its name, and delete all but the ``keep`` newest there.

    The folder is this store's from then on. Raise as ``make``.
    """
    now = context.clock()
    file = folder.absolute() / backup_folder.dated_name(now, store_copies.ending(store))

    def work() -> MadeBackup:
        with _alone(store, context, file):
            made = _make(store, context, file, claims=True)
            pruned = backup_folder.prune(store.identity(), file, keep, now)
        return replace(made, pruned=pruned.deleted, left_alone=pruned.left_alone)

    return _recorded(store, context, file, work)


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


@contextmanager
def _alone(store: Store, context: Context, file: Path) -> Iterator[None]:
    """Have the folder of ``file`` alone, if a backup of this store may be made there."""
    if store.path is not None and file.resolve() == store.path:
        raise LocalFault(sentence("backup-is-store", file=str(file)))
    if backup_folder.is_the_stores(context.config, file.parent):
        raise LocalFault(sentence("backup-own-folder", folder=str(file.parent)))
    with backup_folder.alone(file.parent):
        yield


def _make(store: Store, context: Context, file: Path, *, claims: bool) -> MadeBackup:
    """``claims``: the folder becomes this store's, also if there are no documents."""
    store_id = store.identity()
    _refuse_other(store_id, file)
    source, target = context.documents, DocumentFolder(file.parent / FOLDER)
    target.refuse_another(store_id)
    with ExitStack() as stack:
        if source.path.is_dir():  # no document is deleted until it is copied
            stack.enter_context(source.writing(store_id))
        if claims or _has_documents(store):
            stack.enter_context(target.writing(store_id))
        copied = list[bool]()
        archived, faults = 0, list[Part]()

        def beside() -> None:
            nonlocal archived, faults
            copied.extend(_copied(store, source, target))
            beside_it = archives.beside(file)
            with store.read() as connection:
                years = letter_bytes.archived_years(connection)
            archived, faults = store.archives.copy_to(beside_it, years)
            faults += store.archives.missing(one for one in years if not beside_it.of_year(one).is_there())

        store_copies.make(store, file, beside)
    size = file.stat().st_size
    there, missing = copied.count(True), copied.count(False)
    return MadeBackup(str(file), size, there, missing, archives=archived, faults=tuple(faults))


def _refuse_other(store_id: str, file: Path) -> None:
    """Replace a backup of this store and nothing else."""
    if os.path.lexists(file):
        try:
            found = store_copies.look(file)
        except LocalFault:
            raise LocalFault(sentence("backup-in-the-way", file=str(file))) from None
        if found.store_id != store_id:
            raise LocalFault(sentence("backup-of-another", file=str(file)))


def _has_documents(store: Store) -> bool:
    with store.read() as connection:
        return bool(documents.after(connection, 0, 1))


def _copied(store: Store, source: DocumentFolder, target: DocumentFolder) -> Iterator[bool]:
    """Copy each document; yield whether it was there."""
    last = 0
    while True:
        with store.read() as connection:
            rows = documents.after(connection, last, BATCH)
        if not rows:
            return
        last = rows[-1].id
        for digest in dict.fromkeys(row.digest for row in rows if row.deleted_at is None and not row.why_not):
            try:
                target.put(source.read(digest))
                target.touch(digest)
                yield True
            except GiveUp:  # `verify` names it
                yield False


def _recorded(store: Store, context: Context, file: Path, work: Callable[[], MadeBackup]) -> MadeBackup:
    """Record that it begins, so that one that never ends is seen; and what became of it."""
    number = _noted(store, lambda connection: backups.begin(connection, context.clock(), str(file)))
    if number is None:
        return work()
    try:
        made = work()
    except UnderWay:
        _noted(store, lambda connection: backups.forget(connection, number))
        raise
    except MailprocError as error:
        fault, at = str(error), context.clock()
        _noted(store, lambda connection: backups.end(connection, number, at, fault=fault))
        raise
    size, count, at = made.size, made.documents, context.clock()
    fault = " ".join(map(str, made.faults))
    _noted(
        store, lambda connection: backups.end(connection, number, at, size=size, documents=count, fault=fault)
    )
    return made


def _noted(store: Store, job: Callable[[Connection], T]) -> T | None:
    """Write it; None where the store takes nothing: a backup is made all the more."""
    try:
        return store.write(job)
    except TryLater as error:
        _log.warning("the backup is not recorded: %s", error)
        return None
