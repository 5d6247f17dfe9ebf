"""Code 128 of the numbers that are scanned."""

from dataclasses import dataclass
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm

WIDEST, NARROWEST = 0.5 * mm, 0.19 * mm
"""Of the narrowest bar: what a hand scanner reads well, and the least that an office printer draws."""
HIGH = 10 * mm
LONGEST = 80


@dataclass(frozen=True)
class Barcode:
    """``bars`` draws itself (``drawOn``)."""

    bars: Any
    width: float
    height: float


def barcode(value: str, width: float) -> Barcode | None:
    """Return the code with the widest bars that fit; None if the value has other signs than ASCII's, or is so
    long that no scanner would read it."""
    if not 0 < len(value) <= LONGEST or not (value.isascii() and value.isprintable()):
        return None
    bar = min(WIDEST, WIDEST * width / _made(value, WIDEST).width)
    return _made(value, bar) if bar >= NARROWEST else None


def _made(value: str, bar: float) -> Barcode:
    bars = Code128(value, barWidth=bar, barHeight=HIGH, quiet=True, lquiet=10 * bar, rquiet=10 * bar)
    return Barcode(bars, bars.width, HIGH)
