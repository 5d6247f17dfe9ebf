"""What a library has of an item, as a catalogue says it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mailproc.sentence import Note


class Available(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A copy of an item, or word that a library has it at all. Texts are the catalogue's, '' if it says
    nothing.

    ``source``: the catalogue, by its name in config.toml. ``symbol``: the library, as that catalogue writes
    it; '' where it is the catalogue of one library. ``until``: the day up to which it is not available.
    ``note``: words of the catalogue, such as the run of a serial. ``title``: of the record. ``number``: the
    catalogue's own number of the record.
    """

    source: str
    symbol: str = ""
    branch: str = ""
    location: str = ""
    shelfmark: str = ""
    barcode: str = ""
    available: Available = Available.UNKNOWN
    until: date | None = None
    note: str = ""
    title: str = ""
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class CatalogueAnswer:
    """What a catalogue said. ``searched_by``: isbn | issn | title, '' if nothing could be searched for.

    ``records``: how many it has; ``holdings`` are of the first of them, and may be of none.
    """

    searched_by: str = ""
    records: int = 0
    holdings: tuple[Holding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LookUp:
    """A question to one catalogue about an item, at an instant. ``use``: own | union. ``fault``: why there is
    no answer; '' where there is one. ``retry_at``: when it is asked again by itself."""

    catalogue: str
    use: str
    at: datetime
    answer: CatalogueAnswer = CatalogueAnswer()
    fault: Note = field(default_factory=Note)
    retry_at: datetime | None = None


def best(holdings: Sequence[Holding]) -> Holding | None:
    """Return the copy to fetch first: an available one, else one of which nothing is known."""
    order = (Available.YES, Available.UNKNOWN, Available.NO)
    return min(holdings, key=lambda one: (order.index(one.available), not one.shelfmark), default=None)
