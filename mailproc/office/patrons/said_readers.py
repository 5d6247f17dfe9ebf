"""What a file says of a reader, as text: the same from CSV, JSON lines and XML."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailproc.sentence import Sentence

NAMES = (
    "id", "barcodes", "name", "email", "address", "category", "pickup", "expires", "blocks", "language",
)  # fmt: skip
"""The fields of a reader, in files and in ``config.PatronColumns``."""


@dataclass(frozen=True)
class SaidReader:
    """``line``: where it begins. ``texts``: by ``NAMES``, only what the file has. ``columns``: how the file
    calls a field, where it has a name of its own."""

    line: int
    texts: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RefusedReader:
    """A reader that is not imported. ``column``: as the file calls it, '' of the whole row. ``id``: '' if
    there is none. ``more``: other columns of the same row that are wrong."""

    line: int
    column: str
    why: Sentence
    id: str = ""
    more: tuple["RefusedReader", ...] = ()
