"""The folder of backups: whose it is, who may write into it, and what is deleted there.

Dated backups claim it by the mark of its folder of documents (``store/document_files.py``), so no other store
deletes here. Only regular files with a name that mailproc makes, and with the id of this store, are deleted.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailproc import private
from mailproc.config import Config
from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.store import connections, document_files, store_copies
from mailproc.store.document_files import FOLDER, DocumentFolder

_STAMP = "%Y%m%dT%H%M%SZ"
_DATED = re.compile(r"mailproc-([0-9]{8}T[0-9]{6}Z)\.(?:db|dump)")
_UNFINISHED = re.compile(r"\.mailproc-[0-9]{8}T[0-9]{6}Z\.(?:db|dump)\.unfinished(?:-journal|-wal|-shm)?")


@dataclass(frozen=True)
class Pruned:
    """``left_alone``: files with a dated name that are no backups of this store, or are of the future."""

    deleted: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()


class UnderWay(LocalFault):
    """Another backup into the folder is being made."""


def dated_name(at: datetime, ending: str) -> str:
    return f"mailproc-{at.astimezone(UTC):{_STAMP}}.{ending}"


def is_the_stores(config: Config, folder: Path) -> bool:
    """Whether the store or its documents lie there: pruning would delete them, and one disk holds both."""
    base, found = config.file.parent, folder.resolve()
    store = connections.file_of(connections.parse(config.store.url, base))
    live = document_files.place(config.documents.folder, config.store.url, base).resolve()
    beside = (base / "var" if store is None else store.parent).resolve()
    return found == beside or found.is_relative_to(live) or (found / FOLDER).resolve() == live


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one backup at a time write into the folder, which is made if missing.

    The folder above must be there: a disk that is not mounted would be written past.
    """
    if not os.path.lexists(folder.parent):
        raise LocalFault(sentence("backup-no-folder", folder=str(folder.parent)))
    try:
        private.make_folder(folder)
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        why = f"{error.strerror}; {private.belongs(folder)}"
        raise LocalFault(sentence("backup-not-made", file=str(folder), why=why)) from None
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _clear_unfinished(folder)
        yield
    except BlockingIOError:
        raise UnderWay(sentence("backup-under-way", folder=str(folder))) from None
    except OSError as error:
        raise LocalFault(
            sentence("backup-not-made", file=str(folder), why=error.strerror or str(error))
        ) from None
    finally:
        os.close(number)


def prune(store_id: str, made: Path, keep: int, now: datetime) -> Pruned:
    """Delete all but the ``keep`` newest backups beside ``made``, which stays, and the documents that none of
    those left has. Only while ``alone``."""
    folder = made.parent
    dated = sorted(file for file in folder.iterdir() if _DATED.fullmatch(file.name))
    ours = [
        file for file in dated if _stamp(file) <= f"{now.astimezone(UTC):{_STAMP}}" and _is_of(file, store_id)
    ]
    gone = [file for file in ours[:-keep] if file != made]
    for file in gone:
        file.unlink()
    if gone:
        _prune_documents(store_id, folder)
    others = (file for file in dated if file not in ours)
    return Pruned(tuple(map(str, gone)), tuple(map(str, others)))


def _prune_documents(store_id: str, folder: Path) -> None:
    """A document is noted after the copy is written that needs it, so an older one is needed by none."""
    oldest = min((file.stat().st_mtime for file in folder.iterdir() if _is_backup(file)), default=0.0)
    target = DocumentFolder(folder / FOLDER)
    with target.alone(store_id) as is_alone:
        for digests in target.digests() if is_alone else ():
            for digest in digests:
                if target.touched(digest) < oldest:
                    target.remove(digest)


def _clear_unfinished(folder: Path) -> None:
    """Delete what backups that were killed have left."""
    for file in folder.iterdir():
        if _UNFINISHED.fullmatch(file.name) and _is_regular(file):
            file.unlink()


def _stamp(file: Path) -> str:
    found = _DATED.fullmatch(file.name)
    return found[1] if found else ""


def _is_of(file: Path, store_id: str) -> bool:
    return _is_regular(file) and store_copies.store_id(file) == store_id


def _is_backup(file: Path) -> bool:
    """Dated or not, whoever's."""
    return not file.name.startswith(".") and _is_regular(file) and store_copies.is_copy(file)


def _is_regular(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()
