"""Pictures of numbers as SVG: where each bar, point and word stands. Nothing is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailproc.office.desk.figure_pages import FigurePoint

WIDE = 480
NAMES, VALUES = 130, 90
"""Room for names on the left, for values on the right."""
ROW, BAR = 22, 14
HIGH, TOP, BOTTOM = 160, 16, 24


@dataclass(frozen=True)
class DrawnBar:
    """``y``: of the bar's upper edge; ``base``: of its words. Widths of the whole and of its part."""

    y: int
    base: int
    whole: float
    part: float
    point: FigurePoint


@dataclass(frozen=True)
class DrawnPoint:
    x: float
    y: float
    point: FigurePoint


def bars(points: Sequence[FigurePoint]) -> list[DrawnBar]:
    """Return a bar for each point, one below the other, in a picture ``WIDE`` and ``ROW`` for each high."""
    most, room = max((one.whole for one in points), default=0) or 1, WIDE - NAMES - VALUES
    return [
        DrawnBar(
            y=place * ROW + (ROW - BAR) // 2,
            base=place * ROW + ROW - 7,
            whole=round(one.whole / most * room, 1),
            part=round(one.part / most * room, 1),
            point=one,
        )
        for place, one in enumerate(points)
    ]


def line(points: Sequence[FigurePoint]) -> list[DrawnPoint]:
    """Return where each point stands from left to right, in a picture ``WIDE`` and ``HIGH``; 0 is below."""
    most, step = max((one.whole for one in points), default=0) or 1, (WIDE - 60) / max(len(points) - 1, 1)
    room = HIGH - TOP - BOTTOM
    return [
        DrawnPoint(round(30 + place * step, 1), round(TOP + room - one.whole / most * room, 1), one)
        for place, one in enumerate(points)
    ]
