"""How a codec reads a letter, line by line, as values."""

from dataclasses import dataclass

from mailproc.ill.apdu import Apdu


@dataclass(frozen=True)
class ReadLine:
    """A line of a letter, and what a codec makes of it. ``line`` counts from 1; 0 is the subject.

    ``kind`` is a word of the protocol; ``row`` names the row of its tables that matched the line.
    """

    line: int
    text: str
    kind: str
    row: str = ""
    overlaid: bool = False
    means: str = ""
    apdu: Apdu | None = None


@dataclass(frozen=True)
class Explained:
    """How a letter is read.

    ``kind``: what the letter is taken for, "" if no protocol reads it; ``means``: the same in words.
    ``overlay``: the site's table that overlays the shipped ones, "" for none.
    """

    kind: str
    means: str
    lines: tuple[ReadLine, ...] = ()
    overlay: str = ""
