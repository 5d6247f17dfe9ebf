"""What was made of a letter's lines: which became a message, by which row of the tables, what is left."""

from dataclasses import dataclass
from typing import Literal

from mailproc.ill.apdu import Apdu

Kind = Literal["receipt", "rejected", "reply", "unknown", "twin"]


@dataclass(frozen=True)
class Taken:
    """What lines became, and which row of the tables took them.

    ``lines`` are indices into the letter's lines, () for the subject; "unknown" is unsure.
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
    """``prose`` counts the lines that are neither taken nor blank nor quoted.

    ``end`` is the index of the first line that was not read; ``delivery``: it brings a document
    by a link; ``faults`` say what was too much.
    """

    taken: tuple[Taken, ...] = ()
    prose: int = 0
    end: int = 0
    delivery: bool = False
    faults: tuple[str, ...] = ()

    @property
    def apdus(self) -> tuple[Apdu, ...]:
        """What is certain; the receipt first."""
        return tuple(each.apdu for each in self.taken if each.sure)

    @property
    def unsure(self) -> tuple[Apdu, ...]:
        return tuple(each.apdu for each in self.taken if not each.sure)

    @property
    def receipt(self) -> bool:
        return any(each.kind == "receipt" for each in self.taken)
