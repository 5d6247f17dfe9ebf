"""Draw slips and letters into one PDF: slips in the cells of sheets, each letter on pages of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib import pagesizes
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailproc.paper.cells import LEADING, Row, rows
from mailproc.paper.fonts import Fonts
from mailproc.paper.lines import wrapped
from mailproc.templating.slip_parts import SlipPart

SIZES = {
    "A4": pagesizes.A4, "A5": pagesizes.A5, "A6": pagesizes.A6, "letter": pagesizes.letter,
    "legal": pagesizes.legal,
}  # fmt: skip
PADDING = 5 * mm
"""Between the edge of a cell and what is drawn in it."""
LETTER_MARGIN, LETTER_TOP, LETTER_SIZE = 22 * mm, 20 * mm, 10.5


@dataclass(frozen=True)
class Page:
    """``size``: a key of ``SIZES``; ``margin`` around the cells, and ``offset`` to the right and down for a
    printer that draws beside the labels, in millimetres."""

    size: str
    margin: float = 0.0
    offset: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Grid:
    """How many cells a sheet has."""

    columns: int
    rows: int


@dataclass(frozen=True)
class PaperLetter:
    """A letter; ``head``: a small line above it; ``address``: line by line."""

    head: str
    address: tuple[str, ...]
    subject: str
    text: str


class Document:
    """A PDF in the making."""

    def __init__(self, page: Page, fonts: Fonts) -> None:
        self._page, self._fonts, self._stream = page, fonts, BytesIO()
        self._width, self._height = SIZES[page.size]
        self._canvas = Canvas(self._stream, pagesize=(self._width, self._height), invariant=1)

    def slips(self, slips: Sequence[Sequence[SlipPart]], grid: Grid) -> None:
        """Draw the slips row by row, each in a cell of its own, beginning on a new sheet."""
        for first in range(0, len(slips), grid.columns * grid.rows):
            for place, parts in enumerate(slips[first : first + grid.columns * grid.rows]):
                self._cell(parts, grid, place)
            self._canvas.showPage()

    def letter(self, letter: PaperLetter) -> None:
        """Draw a letter, on as many pages as its text needs."""
        width, bottom = self._width - 2 * LETTER_MARGIN, LETTER_MARGIN
        y = top = self._height - LETTER_TOP
        for row in self._rows_of(letter, width):
            if y - row.height < bottom:
                self._canvas.showPage()
                y = top
            y -= row.height
            self._text(row.text, row.size, LETTER_MARGIN, y)
        self._canvas.showPage()

    def octets(self) -> bytes:
        """Return the finished PDF; nothing can be drawn any more."""
        self._canvas.save()
        return self._stream.getvalue()

    def _cell(self, parts: Sequence[SlipPart], grid: Grid, place: int) -> None:
        margin, (right, down) = self._page.margin * mm, self._page.offset
        wide, high = (self._width - 2 * margin) / grid.columns, (self._height - 2 * margin) / grid.rows
        x = margin + (place % grid.columns) * wide + right * mm + PADDING
        y = self._height - margin - (place // grid.columns) * high - down * mm - PADDING
        for row in rows(parts, self._fonts, wide - 2 * PADDING, high - 2 * PADDING):
            y -= row.height
            self._row(row, x, y)

    def _row(self, row: Row, x: float, y: float) -> None:
        if row.bars is not None:
            row.bars.bars.drawOn(self._canvas, x, y)
        else:
            self._text(row.text, row.size, x, y)

    def _text(self, text: str, size: float, x: float, y: float) -> None:
        """Draw a row whose bottom is ``y``."""
        base = y + size * (LEADING - 1)
        for run in self._fonts.runs(text):
            self._canvas.setFont(run.font, size)
            self._canvas.drawString(x, base, run.text)
            x += run.width * size

    def _rows_of(self, letter: PaperLetter, width: float) -> Iterator[Row]:
        small, usual, large = LETTER_SIZE * 0.75, LETTER_SIZE, LETTER_SIZE * 1.2
        yield from self._wrapped(letter.head, small, width)
        yield from (self._blank(usual) for _ in range(3))
        for line in letter.address:
            yield from self._wrapped(line, usual, width / 2)
        yield from (self._blank(usual) for _ in range(3))
        yield from self._wrapped(letter.subject, large, width)
        yield self._blank(usual)
        for line in letter.text.split("\n"):
            yield from self._wrapped(line, usual, width)

    def _wrapped(self, text: str, size: float, width: float) -> Iterator[Row]:
        for line in wrapped(text, self._fonts, size, width):
            yield Row("text", line, size, size * LEADING)

    @staticmethod
    def _blank(size: float) -> Row:
        return Row("text", "", size, size * LEADING)
