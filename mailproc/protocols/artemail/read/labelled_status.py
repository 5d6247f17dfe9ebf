"""Reads the letters in plain English: labelled lines that say a code's meaning in words.

The layout is a guess like that of the status report, so labels and phrases are data. A block is
a reference, an order line, a status; a letter may hold several.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mailproc.protocols.artemail.tables.phrases import LONGEST_STATUS, Phrase, Phrases
from mailproc.protocols.artemail.tables.reply_codes import Layout, PrintedCode, ReplyCodes

LONGEST_LABELLED = 500
"""Characters: a labelled line may be a whole paragraph."""

MOST_BLOCKS = 1000
"""Blocks of one letter: it is written for people, one for each event."""

MOST_CONTINUED = 5
"""Lines that a status may go on for."""


@dataclass(frozen=True)
class Twin:
    """``lines`` are the indices it stands on. ``found`` is None where no phrase fits ``status``."""

    number: str
    order_line: str
    status: str
    lines: tuple[int, ...]
    printed: str = ""  # the code it means
    found: PrintedCode | None = None
    phrase: Phrase | None = None


@dataclass
class _Block:
    said: dict[str, str] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return "status" in self.said and bool({"number", "order_line"} & set(self.said))


def read(lines: Sequence[str], layout: Layout, phrases: Phrases, codes: ReplyCodes) -> list[Twin]:
    """The first ``MOST_BLOCKS`` twins in ``lines`` (single blanks, '' where blank)."""
    found = []
    for block in islice(_blocks(lines, layout), MOST_BLOCKS):
        status = block.said["status"]
        number, order_line = block.said.get("number", ""), block.said.get("order_line", "")
        said = phrases.find(status, codes)
        printed, code, phrase = said or ("", None, None)
        found.append(Twin(number, order_line, status, tuple(block.lines), printed, code, phrase))
    return found


def _blocks(lines: Sequence[str], layout: Layout) -> Iterator[_Block]:
    """Those that are complete. A label that stands there already begins the next block."""
    block, blank = _Block(), False
    for index, line in enumerate(lines):
        if not line:
            blank = True
        elif label := _label(line, layout):
            name, value = label
            if name in block.said or (block.complete and blank):
                if block.complete:
                    yield block
                block = _Block()
            block.said[name] = value
            block.lines.append(index)
            blank = False
        elif _continues(block, index):
            block.said["status"] = f"{block.said['status']} {line}"[:LONGEST_STATUS]
            block.lines.append(index)
    if block.complete:
        yield block


def _label(line: str, layout: Layout) -> tuple[str, str] | None:
    """("number" | "order_line" | "status", its value) of a labelled line."""
    if len(line) > LONGEST_LABELLED:
        return None
    for name, pattern in (
        ("order_line", layout.order_line),
        ("number", layout.reference),
        ("status", layout.status),
    ):
        if match := pattern.fullmatch(line):
            return name, match[name].strip()
    return None


def _continues(block: _Block, index: int) -> bool:
    """Does the line go on with the status that stands directly above it?"""
    if "status" not in block.said or not block.lines or block.lines[-1] != index - 1:
        return False
    return next(reversed(block.said)) == "status" and len(block.lines) < MOST_CONTINUED + 3
