"""Lay a slip out in its cell: smaller type for a long text, then fewer lines; the barcodes always stay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailproc.paper.barcodes import Barcode, barcode
from mailproc.paper.fonts import Fonts
from mailproc.paper.lines import shortened, wrapped
from mailproc.templating.slip_parts import BARCODE, HEADING, LARGE, SMALL, TEXT, SlipPart

SIZES = {HEADING: 11.0, LARGE: 14.0, TEXT: 10.0, SMALL: 8.0, BARCODE: 9.0}
TRIES: tuple[tuple[float, int | None], ...] = (
    (1.0, None), (0.85, None), (0.7, None), (0.6, None), (0.6, 3), (0.6, 2), (0.6, 1),
)  # fmt: skip
"""What is tried in turn: how much smaller the type is, and how many rows one line of a slip may take."""
LEADING = 1.25
"""From line to line, in sizes of the type."""
GAP = 3.0
"""Between two parts, in points."""


@dataclass(frozen=True)
class Row:
    """A row of a cell, from the top: its text or its bars, and the room it takes."""

    style: str
    text: str
    size: float
    height: float
    bars: Barcode | None = None


def rows(parts: Sequence[SlipPart], fonts: Fonts, width: float, height: float) -> list[Row]:
    """Return the rows that fit into a cell of this size (in points)."""
    made = list[Row]()
    for scale, most in TRIES:
        made = [row for part in parts for row in _part(part, fonts, width, scale, most)]
        if _height(made) <= height:
            return made
    return _cut(made, height)


def _part(part: SlipPart, fonts: Fonts, width: float, scale: float, most: int | None) -> Iterator[Row]:
    size = SIZES[part.style] * scale
    first = True
    for line in part.lines:
        for row in _line(part.style, line, fonts, width, size, most):
            yield replace(row, height=row.height + GAP * scale) if first else row
            first = False


def _line(style: str, line: str, fonts: Fonts, width: float, size: float, most: int | None) -> Iterator[Row]:
    bars = barcode(line.strip(), width) if style == BARCODE else None
    if bars is not None:
        yield Row(style, "", size, bars.height, bars)
    found = wrapped(line, fonts, size, width)
    if most is not None and len(found) > most and style != BARCODE:
        found = [*found[: most - 1], shortened(f"{found[most - 1]} {found[most]}", fonts, size, width)]
    for text in found:
        yield Row(style, text, size, size * LEADING)


def _cut(made: Sequence[Row], height: float) -> list[Row]:
    """Return as many rows as fit, without the last ones that belong to no barcode."""
    too_much, left_out = _height(made) - height, set[int]()
    for place in range(len(made) - 1, -1, -1):
        if too_much > 0 and made[place].style != BARCODE:
            too_much -= made[place].height
            left_out.add(place)
    return [row for place, row in enumerate(made) if place not in left_out]


def _height(some: Sequence[Row]) -> float:
    return sum(row.height for row in some)
