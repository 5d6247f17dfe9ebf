"""Import a file of readers: read it, compare it, stage what changes in short writes, make it current.

Until the last step nobody reads anything of it, and after that step all of it (``store.patron_imports``).
What it replaced is deleted afterwards; an import that is killed before it is finished by the next one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from typing import TypeVar

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.patrons import patron_file, short_writes
from mailproc.office.patrons.emptied_fields import EmptiedFields
from mailproc.office.patrons.patron_file import Form, Progress, ReadFile
from mailproc.office.patrons.said_readers import RefusedReader
from mailproc.office.patrons.short_writes import Pace
from mailproc.sentence import sentence
from mailproc.store import patron_imports
from mailproc.store.engine import Store
from mailproc.store.incoming_patrons import PORTION, IncomingPatrons, incoming
from mailproc.store.patron_imports import Change, FiledReader

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class ImportedFile:
    """What an import did, or would do. ``known``: readers of the file before. ``refused_count``: all that
    were refused, of which ``refused`` names each wrong column of the first thousand. ``kept``: who is not in
    the file and stays, because ``unknown`` refused rows may be theirs."""

    dry_run: bool
    readers: int
    new: int
    changed: int
    same: int
    gone: int
    kept: int
    known: int
    unknown: int
    refused_count: int
    refused: tuple[RefusedReader, ...]


def import_file(
    store: Store,
    context: Context,
    stream: BufferedReader,
    form: Form,
    by: str,
    *,
    progress: Progress,
    dry_run: bool = False,
    anyway: bool = False,
) -> ImportedFile:
    """Let the readers of a file replace those of the last one; with ``dry_run`` change nothing.

    Raise LocalFault if the file cannot be read, if more readers, or more of what is known of them, would
    vanish than ``patrons.gone_percent`` allows (not with ``anyway``), or if another import has begun since.
    """
    rules = context.config.patrons
    with incoming() as readers:
        read = patron_file.read(stream, form, rules, readers, context.forgotten, progress)
        with store.read() as connection:
            before = patron_imports.latest(connection)
        emptied = EmptiedFields()
        counts = _compare(store, readers, emptied, progress)
        known, counts[Change.GONE] = _find_gone(store, readers)
        kept = 0
        if not anyway:
            _refuse_many_gone(counts[Change.GONE], known, rules.gone_percent)
            emptied.refuse_many(known, rules.gone_percent)
            if read.unknown:
                kept, counts[Change.GONE] = readers.keep_gone(), 0
        if not dry_run:
            counts |= _import(store, context, readers, read, counts, by, progress, before)
    return ImportedFile(
        dry_run=dry_run,
        readers=read.readers,
        **{str(kind): count for kind, count in counts.items()},
        kept=kept,
        known=known,
        unknown=read.unknown,
        refused_count=read.refused_count,
        refused=tuple(read.refused),
    )


def _compare(
    store: Store, readers: IncomingPatrons, emptied: EmptiedFields, progress: Progress
) -> dict[Change, int]:
    counts = dict.fromkeys(Change, 0)
    for portion in readers.portions():
        with store.read() as connection:
            found = patron_imports.compared(connection, portion)
        for one in found:
            counts[one.kind] += 1
            emptied.count(one)
        readers.mark(one.row.id for one in found if one.kind is not Change.SAME)
        progress("compared", sum(counts.values()))
    return counts


def _find_gone(store: Store, readers: IncomingPatrons) -> tuple[int, int]:
    """Note who is in the last file and not in this one; return how many there were, and how many go."""
    known = gone = 0
    last = ""
    while True:
        with store.read() as connection:
            ids = patron_imports.filed_after(connection, last, PORTION)
        if not ids:
            return known, gone
        last, missing = ids[-1], readers.missing(ids)
        readers.add_gone(missing)
        known, gone = known + len(ids), gone + len(missing)


def _refuse_many_gone(gone: int, known: int, percent: int) -> None:
    if gone * 100 > known * percent:
        said = sentence("patrons-many-gone", gone=gone, known=known, percent=percent)
        raise LocalFault(said, ("--dry-run", "--anyway"))


def _import(
    store: Store,
    context: Context,
    readers: IncomingPatrons,
    read: ReadFile,
    found: dict[Change, int],
    by: str,
    progress: Progress,
    before: int,
) -> dict[Change, int]:
    """Return how many rows were new and changed when they were written."""
    short_writes.settle(store)
    import_id = store.write(lambda connection: patron_imports.begin(connection, context.clock(), by, before))
    _undo_abandoned(store)
    counts = {Change.NEW: 0, Change.CHANGED: 0}

    def stage(some: Sequence[FiledReader], connection: Connection) -> dict[Change, int]:
        # Again, as who was read may have been forgotten since; from now on `forget` ends this import.
        known = [one for one in some if one.id not in context.forgotten]
        return patron_imports.stage(connection, import_id, known)

    def stage_gone(some: Sequence[str], connection: Connection) -> None:
        patron_imports.stage_gone(connection, import_id, some)

    for kinds in _in_portions(store, readers.to_change(), stage):
        for kind in counts:
            counts[kind] += kinds[kind]
        progress("staged", sum(counts.values()))
    for _ in _in_portions(store, readers.gone(), stage_gone):
        pass
    told = {
        "new": counts[Change.NEW], "changed": counts[Change.CHANGED], "gone": found[Change.GONE],
        "refused": read.refused_count,
    }  # fmt: skip
    at = context.clock()
    store.write(lambda connection: patron_imports.make_current(connection, import_id, at, told))
    short_writes.settle(store)
    return counts


def _undo_abandoned(store: Store) -> None:
    with store.read() as connection:
        abandoned = patron_imports.in_state(connection, "abandoned")
    for import_id in abandoned:
        short_writes.until_done(store, partial(patron_imports.undo, import_id))


def _in_portions(
    store: Store, portions: Iterator[list[T]], job: Callable[[Sequence[T], Connection], R]
) -> Iterator[R]:
    pace = Pace()
    for portion in portions:
        left = portion
        while left:
            some, left = left[: pace.rows], left[pace.rows :]
            yield pace.write(store, partial(job, some))
