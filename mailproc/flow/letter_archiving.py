"""Move the bytes of old letters into the archive of their year, in small portions.

First they are put into the archive, and are on its disk; then one short commit of the store deletes them and
notes where they are. A crash between the two leaves them in both: the next time finds them due again, and the
archive unchanged.
"""

import hashlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from functools import partial

from mailproc.errors import LocalFault
from mailproc.flow import background
from mailproc.flow.context import Context
from mailproc.sentence import sentence
from mailproc.store import letter_bytes, settled_letters
from mailproc.store.archive_file import ArchiveFile
from mailproc.store.engine import Store
from mailproc.store.settled_letters import SETTLED, SettledLetter

_log = logging.getLogger(__name__)

LETTERS, OCTETS = 50, 500_000
"""Of one portion: its commit takes some milliseconds."""


@dataclass
class Archived:
    """What was moved, or is to be: letters and their octets, by year."""

    letters: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    octets: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, year: int, letters: int, octets: int) -> None:
        self.letters[year] += letters
        self.octets[year] += octets


def run(store: Store, context: Context, *, dry_run: bool = False) -> Archived:
    """Move what is due by ``policy.archive_after``; with ``dry_run`` only say what.

    Between two portions the service has the disk as long as a portion took. Nothing is done in a store that
    was put back from a copy and does not go on yet. Raise as ``ArchiveFile.put``.
    """
    done, days = Archived(), context.config.policy.archive_after
    if not days or background.was_put_back(store):
        return done
    before = context.clock() - timedelta(days=days)
    move: _Move = _count if dry_run else partial(_move, store, store.identity())
    for kind in SETTLED:
        after: int | None = 0
        while after is not None:
            with store.read() as connection:
                looked = settled_letters.look(connection, kind, before, after)
            for year, portion in _portions(looked.due):
                begun = time.monotonic()
                with nullcontext() if dry_run else store.archives.alone():
                    done.add(year, *move(kind, year, portion))
                if not dry_run:
                    background.rest(begun)
            after = looked.until
    return done


_Move = Callable[[str, int, Sequence[SettledLetter]], tuple[int, int]]


def _portions(due: Sequence[SettledLetter]) -> Iterator[tuple[int, list[SettledLetter]]]:
    """Each of one year."""
    portion: list[SettledLetter] = []
    for one in due:
        if portion and (
            _year(one) != _year(portion[0])
            or len(portion) == LETTERS
            or sum(each.octets for each in portion) + one.octets > OCTETS
        ):
            yield _year(portion[0]), portion
            portion = []
        portion.append(one)
    if portion:
        yield _year(portion[0]), portion


def _year(letter: SettledLetter) -> int:
    return letter.at.astimezone(UTC).year


def _count(_kind: str, _year: int, portion: Sequence[SettledLetter]) -> tuple[int, int]:
    return len(portion), sum(one.octets for one in portion)


def _refuse_if_lost(store: Store, archive: ArchiveFile, year: int) -> None:
    """Begin no archive of a year that has one: it is lost, or its disk is not there."""
    if archive.is_begun():
        return
    with store.read() as connection:
        if year in letter_bytes.archived_years(connection):
            raise LocalFault(sentence("archive-missing", file=str(archive.path)))


def _move(
    store: Store, store_id: str, kind: str, year: int, portion: Sequence[SettledLetter]
) -> tuple[int, int]:
    """Return how many letters and octets were moved."""
    with store.read() as connection:
        raws = letter_bytes.load_raw(connection, kind, [one.id for one in portion])
    digests = {row_id: hashlib.sha256(raw).hexdigest() for row_id, raw in raws.items()}
    for one in portion:
        if one.digest and digests.get(one.id, one.digest) != one.digest:
            _log.error("%s%s is not as it came: it is not archived", kind, one.id)
            del digests[one.id], raws[one.id]
    archive = store.archives.of_year(year)
    _refuse_if_lost(store, archive, year)
    archive.put(store_id, [(digests[row_id], raw) for row_id, raw in raws.items()])
    give_up = partial(letter_bytes.give_up, kind=kind, settled=SETTLED[kind], year=year, digests=digests)
    return store.write(give_up), sum(map(len, raws.values()))
