"""Check that each letter's bytes are where the store says: in the store, or in an archive as they were."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailproc.errors import LocalFault
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store import letter_bytes
from mailproc.store.engine import Store
from mailproc.store.letter_bytes import ArchivedLetter

BATCH = 500
"""Rows of one read."""
MOST = 20
"""Letters of one fault that are named."""


@dataclass(frozen=True)
class WrongArchive:
    """Letters that an archive does not have as they were; ``file`` is '' if the store lost them.

    ``letters``: the first of ``count``.
    """

    file: str
    why: Part
    count: int
    letters: tuple[str, ...]

    def told(self) -> Sentence:
        more = f", … ({self.count})" if self.count > len(self.letters) else ""
        return sentence("archive-wrong", letters=", ".join(self.letters) + more, why=self.why)


@dataclass(frozen=True)
class CheckedArchives:
    """``checked``: archived letters, those in ``wrong`` among them."""

    checked: int = 0
    wrong: tuple[WrongArchive, ...] = ()

    @property
    def count_wrong(self) -> int:
        return sum(one.count for one in self.wrong)


def check(store: Store) -> CheckedArchives:
    """Read every archived letter. Raise TryLater if a disk cannot be read."""
    checked = 0
    wrong: dict[tuple[int, str], tuple[Part, list[str]]] = {}
    for kind in letter_bytes.BOTH:
        last = 0
        while True:
            with store.read() as connection:
                rows = letter_bytes.archived_after(connection, kind, last, BATCH)
            if not rows:
                break
            last, checked = rows[-1].id, checked + len(rows)
            for year, these in _by_year(rows).items():
                why, bad = _wrong(store, year, these)
                if bad:
                    told = wrong.setdefault((year, str(why)), (why, []))
                    told[1].extend(f"{kind}{row_id}" for row_id in bad)
    files = {year: str(store.archives.of_year(year).path) for year, _ in wrong}
    found = (
        WrongArchive(files[year], why, len(bad), tuple(bad[:MOST]))
        for (year, _), (why, bad) in sorted(wrong.items())
    )
    return CheckedArchives(checked, (*found, *_lost(store)))


def _lost(store: Store) -> Iterator[WrongArchive]:
    for kind in letter_bytes.BOTH:
        last, lost = 0, list[str]()
        while True:
            with store.read() as connection:
                rows = letter_bytes.kept_after(connection, kind, last, BATCH)
            if not rows:
                break
            last = rows[-1].id
            lost += [f"{kind}{row.id}" for row in rows if row.found is None]
        if lost:
            yield WrongArchive("", sentence("letters-lost"), len(lost), tuple(lost[:MOST]))


def _by_year(rows: Sequence[ArchivedLetter]) -> dict[int, list[ArchivedLetter]]:
    years: dict[int, list[ArchivedLetter]] = defaultdict(list)
    for row in rows:
        years[row.year].append(row)
    return years


def _wrong(store: Store, year: int, rows: Sequence[ArchivedLetter]) -> tuple[Part, list[int]]:
    """Return the ids of those that are not as they were, and why."""
    file = store.archives.of_year(year)
    try:
        bad = file.wrong({row.digest for row in rows})
    except LocalFault as error:
        return error.said, [row.id for row in rows]
    return sentence("archive-lacks", file=str(file.path)), [row.id for row in rows if row.digest in bad]
