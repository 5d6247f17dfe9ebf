"""The result of reading a letter's lines: which became messages, by which row of the tables."""

from dataclasses import dataclass
from typing import Literal

from mailproc.ill.apdu import Apdu

Kind = Literal["receipt", "rejected", "reply", "unknown", "twin"]


@dataclass(frozen=True)
class Taken:
    """A message made of lines, and the row of the tables that matched them.

    ``lines`` are indices into the letter's lines, () for the subject. ``overlaid``: the row is the site's
    own. ``sure`` is False for a number with an unknown code ("unknown") and a status that no phrase matches.
    """

    kind: Kind
    lines: tuple[int, ...]
    apdu: Apdu
    row: str
    overlaid: bool = False
    sure: bool = True
    means: str = ""


@dataclass(frozen=True)
class LineReading:
    """What was read of one text of a letter.

    ``prose`` counts the lines that are neither taken nor blank nor quoted; ``end`` is the index of the first
    line that was not read; ``delivery``: the letter delivers a document by a link; ``faults`` say what was
    too much.
    """

    taken: tuple[Taken, ...] = ()
    prose: int = 0
    end: int = 0
    delivery: bool = False
    faults: tuple[str, ...] = ()

    @property
    def apdus(self) -> tuple[Apdu, ...]:
        """The messages that are certain, the receipt first."""
        return tuple(each.apdu for each in self.taken if each.sure)

    @property
    def unsure(self) -> tuple[Apdu, ...]:
        return tuple(each.apdu for each in self.taken if not each.sure)

    @property
    def receipt(self) -> bool:
        return any(each.kind == "receipt" for each in self.taken)
