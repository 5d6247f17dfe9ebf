"""Delete the bytes of letters whose days are over ([privacy] purge_after). Their rows and effects stay.

An archive goes as a whole, with the last of its letters: its file gets another name, the rows say that it is
gone, the file is deleted. A crash between two of these is ended by the next time.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow import background
from mailproc.flow.context import Context
from mailproc.sentence import sentence
from mailproc.store import letter_bytes, settled_letters, staff_letters
from mailproc.store.archive_file import ArchiveFile
from mailproc.store.engine import Store
from mailproc.store.settled_letters import SETTLED

PORTION = 50
"""Letters of one commit, which takes some milliseconds."""
_LOOKED_AT = 500


@dataclass
class Purged:
    """What was deleted, or is to be. ``letters``: those whose bytes the store had, and their ``octets``;
    ``archived``: by year, letters whose archive went."""

    letters: int = 0
    octets: int = 0
    archived: dict[int, int] = field(default_factory=dict)


def run(store: Store, context: Context, *, dry_run: bool = False) -> Purged:
    """Delete what is over; with ``dry_run`` only say what.

    Nothing is done in a store that was put back from a copy and does not go on yet. Raise LocalFault if an
    archive cannot be deleted.
    """
    done, age = Purged(), context.config.privacy.purge_after
    if not age or background.was_put_back(store):
        return done
    before = context.before(age)
    for kind in SETTLED:
        _of_store(store, kind, before, done, dry_run=dry_run)
    _archives(store, before, done, dry_run=dry_run)
    return done


def _of_store(store: Store, kind: str, before: datetime, done: Purged, *, dry_run: bool) -> None:
    after: int | None = 0
    while after is not None:
        with store.read() as connection:
            looked = settled_letters.look(connection, kind, before, after)
        for begin in range(0, len(looked.due), PORTION):
            portion, begun = looked.due[begin : begin + PORTION], time.monotonic()
            ids = [one.id for one in portion]
            done.letters += len(ids if dry_run else store.write(partial(_delete, kind=kind, ids=ids)))
            done.octets += sum(one.octets for one in portion)
            if not dry_run:
                background.rest(begun)
        after = looked.until


def _delete(connection: Connection, kind: str, ids: list[int]) -> list[int]:
    """Return the ids of those that were deleted. What a letter to staff was made of goes with it."""
    deleted = letter_bytes.delete(connection, kind, SETTLED[kind], ids)
    if kind == "O":
        staff_letters.empty(connection, deleted)
    return deleted


def _archives(store: Store, before: datetime, done: Purged, *, dry_run: bool) -> None:
    with store.read() as connection:
        years = letter_bytes.archived_years(connection)
    for year in years:
        if datetime(year + 1, 1, 1, tzinfo=UTC) > before:
            continue
        if not dry_run:
            with store.archives.alone():  # nobody moves a younger letter into it meanwhile
                if _is_over(store, year, before):
                    done.archived[year] = _condemn(store, year)
        elif _is_over(store, year, before):
            done.archived[year] = sum(len(ids) for _, ids in _letters(store, year))
    if not dry_run:
        _delete_condemned(store)


def _condemn(store: Store, year: int) -> int:
    """Let the archive be found no more, then say so in its letters' rows; return how many they are."""
    archive, count = store.archives.of_year(year), 0
    try:
        archive.condemn(store.identity())
    except OSError as error:
        raise _not_deleted(archive, error) from None
    for kind, ids in _letters(store, year):
        store.write(partial(_delete_archived, kind=kind, ids=ids))
        count += len(ids)
    return count


def _delete_archived(connection: Connection, kind: str, ids: list[int]) -> None:
    letter_bytes.delete_archived(connection, kind, ids)
    if kind == "O":
        staff_letters.empty(connection, ids)


def _delete_condemned(store: Store) -> None:
    """Delete the files that no row names any more, also those that a crash has left."""
    with store.read() as connection:
        named = {store.archives.of_year(year).path for year in letter_bytes.archived_years(connection)}
    for archive in store.archives.condemned():
        try:
            if archive.path not in named:
                archive.delete_condemned()
        except OSError as error:
            raise _not_deleted(archive, error) from None


def _not_deleted(archive: ArchiveFile, error: OSError) -> LocalFault:
    return LocalFault(sentence("archive-not-deleted", file=str(archive.path), why=str(error.strerror)))


def _is_over(store: Store, year: int, before: datetime) -> bool:
    for kind, ids in _letters(store, year):
        with store.read() as connection:
            if not settled_letters.are_over(connection, kind, before, ids):
                return False
    return True


def _letters(store: Store, year: int) -> Iterator[tuple[str, list[int]]]:
    """Yield the archived letters of that year in portions."""
    for kind in SETTLED:
        last = 0
        while True:
            with store.read() as connection:
                rows = letter_bytes.archived_after(connection, kind, last, _LOOKED_AT)
            if not rows:
                break
            last = rows[-1].id
            if ids := [row.id for row in rows if row.year == year]:
                yield kind, ids
