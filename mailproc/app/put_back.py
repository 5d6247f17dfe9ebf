"""Put the store back from a backup: in its place, held, with its documents; what was there is kept."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from sqlalchemy import URL

from mailproc import private
from mailproc.app import build
from mailproc.errors import GiveUp, LocalFault, TryLater
from mailproc.flow.context import Context
from mailproc.office.patrons import forgetting
from mailproc.office.queries import archive_check
from mailproc.sentence import Part, sentence
from mailproc.store import (
    archives,
    backups,
    connections,
    documents,
    restored,
    server_backup,
    sqlite_backup,
    store_copies,
)
from mailproc.store.document_files import FOLDER, DocumentFolder
from mailproc.store.engine import Store
from mailproc.store.lock import daemon_lock, file_lock

_log = logging.getLogger(__name__)

BATCH = 500
"""Rows of documents of one read."""
_BESIDE = ("", "-wal", "-shm", "-journal", ".lock", ".underway")


@dataclass(frozen=True)
class PutBack:
    """``kept``: where what was there is, '' if nothing was. ``is_named``: the backup says of which store it
    is; one of 0.1.0 does not, and is taken for one of the store that was made here. ``faults``: what is wrong
    with archived letters, which are not all there."""

    kept: str
    is_named: bool
    faults: tuple[Part, ...] = ()


def from_file(context: Context, file: Path, *, anyway: bool = False) -> PutBack:
    """Put the store back from ``file``.

    Until the last step what was there stays in its place, with what the counters file says of it. The new
    store is held before a service can start on it. With ``anyway`` also where PostgreSQL can no longer dump
    what was there: then that is lost. Raise LocalFault (a running service, another store's file,
    a damaged one, one of a newer version), TryLater, NoRoom and Misconfigured.
    """
    config = context.config
    found = store_copies.look(file)
    store_copies.refuse_changed(file)
    known = build.known_id(config)
    if known and found.store_id and found.store_id != known:
        raise LocalFault(
            sentence("restore-of-another", file=str(file), marker=str(build.marker_file(config)))
        )
    path = connections.file_of(connections.parse(config.store.url, config.file.parent))
    if store_copies.is_dump(file) is not (path is None):
        raise LocalFault(sentence("restore-other-kind", file=str(file)), ("mailproc copy-store URL",))
    faults = list[Part]()
    kept = (
        _into_server(context, file, faults, anyway)
        if path is None
        else _into_file(context, file, path, faults)
    )
    return PutBack(kept, bool(found.store_id) or not known, tuple(faults))


def _into_file(context: Context, file: Path, path: Path, faults: list[Part]) -> str:
    if file.resolve() == path:
        raise LocalFault(sentence("backup-is-store", file=str(file)))
    connections.make_folder_of(path)
    with file_lock(path):
        unfinished = path.with_name(f"{path.name}.restoring")
        with _cleared(unfinished):
            sqlite_backup.make(file, unfinished, in_use=False)
            begin_counters = _held(context, f"sqlite:///{unfinished}", file, faults)
            sqlite_backup.refuse_log(unfinished)
            aside = _move_aside(path, path.with_name(f"{path.name}.replaced-{_stamp(context)}"))
            unfinished.replace(path)
            private.sync_folder(path.parent)
        begin_counters()
    return aside


def _into_server(context: Context, file: Path, faults: list[Part], anyway: bool) -> str:
    base = context.config.file.parent
    url = connections.parse(context.config.store.url, base)
    with closing(Store(url, base)) as present, daemon_lock(present):
        aside = _dumped(context, url, anyway)
        server_backup.put_back(file, url)
        with _undone_if_it_fails(url, aside):
            present.examine()  # the list of contents of a dump can be forged
            begin_counters = _held(context, context.config.store.url, file, faults)
        begin_counters()
    return aside


def _dumped(context: Context, url: URL, anyway: bool) -> str:
    """Keep what is in the database; return where, '' if nothing is, or with ``anyway`` nothing can be."""
    base = context.config.file.parent
    if Store.revision_at(context.config.store.url, base) is None:
        return ""
    kept = base / "var" / f"{url.database}.replaced-{_stamp(context)}.dump"
    connections.make_folder_of(kept)
    try:
        server_backup.make(url, kept, foreign=True)
    except (TryLater, LocalFault) as error:
        if not anyway:
            why = sentence("restore-not-kept", why=error.said)
            raise LocalFault(why, ("mailproc restore FILE --anyway",)) from None
        _log.warning("what was there is not kept: %s", error)
        return ""
    return str(kept)


@contextmanager
def _undone_if_it_fails(url: URL, aside: str) -> Iterator[None]:
    """Put back what was in the database before, if there was anything."""
    try:
        yield
    except BaseException:  # Ctrl-C, too: what was there comes back
        if aside:
            _log.warning("what was there is put back from %s", aside)
            server_backup.put_back(Path(aside), url)
        raise


def _held(context: Context, url: str, file: Path, faults: list[Part]) -> Callable[[], None]:
    """Bring the new store up to date, hold it, and give it its documents and archives.

    Return what has the counters file say so: the last step. ``faults`` gets what is wrong with archives.
    """
    config, known = context.config, build.known_id(context.config)
    counters = build.counters_file(config, context.clock)
    counters.may_be_anothers = not known
    here, base = build.archives_of(config), config.file.parent
    with closing(Store.open(url, base=base, counters=counters, alone=True, archives=here)) as store:
        begin_counters = store.put_back(restored.FILE, known)
        at, size = context.clock(), file.stat().st_size
        store.write(lambda connection: backups.end_in_copy(connection, at, size))
        forgetting.forget_again(store, context, context.forgotten)
        _bring_documents(store, context, file)
        faults += here.take_over(archives.beside(file), store.identity())
        faults += _wrong_archives(store)
    return begin_counters


def _wrong_archives(store: Store) -> list[Part]:
    """Return what is wrong with archived letters: no reason to refuse the store."""
    try:
        return [one.told() for one in archive_check.check(store).wrong]
    except TryLater as error:
        return [error.said]


def _bring_documents(store: Store, context: Context, file: Path) -> None:
    """Put the documents beside the backup where those of the store lie. None that is there is changed."""
    source, target = DocumentFolder(file.parent / FOLDER), context.documents
    if not source.path.is_dir() or source.path.resolve() == target.path.resolve():
        return
    store_id = store.identity()
    source.refuse_another(store_id)
    with target.writing(store_id):
        for digest in _kept(store):
            try:
                target.put(source.read(digest))
            except GiveUp:  # `verify` names it
                continue


def _kept(store: Store) -> Iterator[str]:
    last = 0
    while True:
        with store.read() as connection:
            rows = documents.after(connection, last, BATCH)
        if not rows:
            return
        last = rows[-1].id
        yield from (row.digest for row in rows if row.deleted_at is None and not row.why_not)


def _move_aside(path: Path, to: Path) -> str:
    """Keep what is there with its log. The store first: a log without its store is read by nobody."""
    there = path.exists()
    for end in ("", "-wal"):
        if (one := Path(f"{path}{end}")).exists():
            one.replace(f"{to}{end}")
    Path(f"{path}-shm").unlink(missing_ok=True)
    return str(to) if there else ""


@contextmanager
def _cleared(unfinished: Path) -> Iterator[None]:
    """Leave nothing of a store that is not finished, now or of an earlier try."""
    try:
        _clear(unfinished)
        yield
    finally:
        _clear(unfinished)


def _clear(unfinished: Path) -> None:
    for file in (
        *(Path(f"{unfinished}{end}") for end in _BESIDE),
        *unfinished.parent.glob(f"{unfinished.name}.before-*"),
    ):
        file.unlink(missing_ok=True)


def _stamp(context: Context) -> str:
    return f"{context.clock().astimezone(UTC):%Y%m%dT%H%M%SZ}"
