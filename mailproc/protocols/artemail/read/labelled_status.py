"""Read letters in plain English: labelled lines that give the meaning of a reply code in words.

The layout is not published, like that of the status report, so labels and phrases are data. A block is a
reference, an order line and a status; a letter may hold several.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mailproc.protocols.artemail.tables.phrases import LONGEST_STATUS, Phrase, Phrases
from mailproc.protocols.artemail.tables.reply_codes import Layout, PrintedCode, ReplyCodes

LONGEST_LABELLED = 500
"""Characters of a labelled line; it may be a whole paragraph."""

MOST_BLOCKS = 1000
"""Blocks read in one letter; such letters are written for people, one for each event."""

MOST_CONTINUED = 5
"""Lines over which a status may continue."""


@dataclass(frozen=True)
class LabelledStatus:
    """One labelled status: a reply code in words.

    ``lines`` are the indices of its lines. ``printed`` is the code that it means; ``found`` is None if no
    phrase matches ``status``.
    """

    number: str
    order_line: str
    status: str
    lines: tuple[int, ...]
    printed: str = ""
    found: PrintedCode | None = None
    phrase: Phrase | None = None


@dataclass
class _Block:
    said: dict[str, str] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return "status" in self.said and bool({"number", "order_line"} & set(self.said))


def read(lines: Sequence[str], layout: Layout, phrases: Phrases, codes: ReplyCodes) -> list[LabelledStatus]:
    """Return the first ``MOST_BLOCKS`` labelled statuses in ``lines`` (single blanks, '' if blank)."""
    found = []
    for block in islice(_blocks(lines, layout), MOST_BLOCKS):
        status = block.said["status"]
        number, order_line = block.said.get("number", ""), block.said.get("order_line", "")
        said = phrases.find(status, codes)
        printed, code, phrase = said or ("", None, None)
        found.append(LabelledStatus(number, order_line, status, tuple(block.lines), printed, code, phrase))
    return found


def _blocks(lines: Sequence[str], layout: Layout) -> Iterator[_Block]:
    """Yield the complete blocks. A label that the block already has begins the next one."""
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
    """Return ("number" | "order_line" | "status", its value) of a labelled line; None for another line."""
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
    """Return whether the line continues the status directly above it."""
    if "status" not in block.said or not block.lines or block.lines[-1] != index - 1:
        return False
    return next(reversed(block.said)) == "status" and len(block.lines) < MOST_CONTINUED + 3
