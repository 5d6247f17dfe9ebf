"""Slips drawn and read back: barcodes by a scanner, texts by another program; nothing outgrows its cell."""

from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.units import mm

from mailproc.errors import LocalFault
from mailproc.paper.cells import Row, rows
from mailproc.paper.document import Document, Grid, Page, PaperLetter
from mailproc.paper.fonts import Fonts, drawable
from mailproc.paper.lines import shortened, wrapped
from mailproc.templating.slip_parts import BARCODE, HEADING, LARGE, SMALL, TEXT, SlipPart
from tests.support.read_pdf import scanned, texts

FOUR, A4 = Grid(2, 2), Page("A4")
CELL = (283.0, 195.0)
"""A label of eight on A4, in points."""


def slip(*barcodes: str, title: str = "On Letters") -> tuple[SlipPart, ...]:
    head = SlipPart(HEADING, ("A heading",)), SlipPart(LARGE, (title,))
    codes = tuple(SlipPart(BARCODE, (code,)) for code in barcodes)
    return (*head, *codes, SlipPart(SMALL, ("the last line",)))


@pytest.fixture
def fonts(font_files: list[Path]) -> Fonts:
    return Fonts(font_files)


def drawn(fonts: Fonts, *slips: tuple[SlipPart, ...], grid: Grid = FOUR, page: Page = A4) -> bytes:
    document = Document(page, fonts)
    document.slips(slips, grid)
    return document.octets()


@pytest.mark.parametrize(
    "number",
    [
        "B12",
        "L7-1",
        "99-0001/2026/00017",
        "ABC",
        "x" * 25,
        "1234567890",
        "12345678901",
        "a b_c~!\"%&'()*+,./:;<=>?@[]^`{|}",
    ],
)
def test_a_number_is_read_back_by_a_scanner(fonts: Fonts, number: str) -> None:
    octets = drawn(fonts, slip(number), grid=Grid(1, 3))
    assert scanned(octets) == [number]
    assert number.replace(" ", "") in texts(octets)[0].replace(" ", "")


@pytest.mark.parametrize("number", ["Ä-17", "\x7f1", "9" * 81, "W" * 60, "数-1"])
def test_what_is_no_barcode_is_text(fonts: Fonts, number: str) -> None:
    octets = drawn(fonts, slip(number), grid=Grid(2, 4))
    assert scanned(octets) == []
    assert number.strip("\x7f") in texts(octets)[0].replace(" ", "")


TITLES = ("Über Maß und Ende", "Περὶ ψυχῆς", "Преступление", "論語 と 读书")


@pytest.mark.parametrize("title", TITLES)
def test_the_signs_of_all_titles_print(fonts: Fonts, title: str) -> None:
    (text,) = texts(drawn(fonts, slip("B1", title=title)))
    assert title.replace(" ", "") in text.replace(" ", "")
    assert fonts.missing == set()


def test_a_sign_without_a_font_is_told(fonts: Fonts) -> None:
    (text,) = texts(drawn(fonts, slip("B1", title="\U00013000 A \U00013001")))
    assert "□ A □" in text
    assert fonts.missing == {"\U00013000", "\U00013001"}


HOSTILE = (
    "<para><font size='900'>x</font></para>&amp;<br/>",
    "\u202eevil\u2066\x00\x1b[2J\u2028\x0c",
    "W" * 10_000,
    "word " * 2_000,
    "論" * 10_000,
    "a\u0301" * 5_000,
)


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_in_its_cell(fonts: Fonts, title: str) -> None:
    octets = drawn(fonts, slip("B1", "C2", title=title), slip("B3"), slip("B4"), slip("B5"))
    assert sorted(scanned(octets)) == ["B1", "B3", "B4", "B5", "C2"]
    (text,) = texts(octets)
    assert "evil" not in text or "\u202e" not in text
    assert text.count("A heading") == 4


def test_markup_is_text(fonts: Fonts) -> None:
    (text,) = texts(drawn(fonts, slip("B1", title=HOSTILE[0])))
    assert HOSTILE[0].replace(" ", "") in text.replace(" ", "")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=300)


@pytest.fixture(scope="module")
def all_fonts(font_files: list) -> Fonts:
    return Fonts(font_files)


@given(texts=st.lists(st.tuples(st.sampled_from((HEADING, LARGE, TEXT, SMALL)), WORDS), max_size=30))
def test_no_slip_outgrows_its_cell(all_fonts: Fonts, texts: list[tuple[str, str]]) -> None:
    parts = [SlipPart(style, (text,)) for style, text in texts]
    found = rows([*parts, SlipPart(BARCODE, ("B12",))], all_fonts, *CELL)
    assert sum(row.height for row in found) <= CELL[1]
    assert all(_width(row, all_fonts) <= CELL[0] + 0.01 for row in found if len(row.text) > 1)
    assert sum(row.bars is not None for row in found) == 1


def _width(row: Row, fonts: Fonts) -> float:
    return fonts.width(row.text) * row.size


@given(text=WORDS, width=st.floats(20, 500))
def test_wrapping_loses_no_sign(all_fonts: Fonts, text: str, width: float) -> None:
    lines = wrapped(text, all_fonts, 10, width)
    assert "".join("".join(lines).split()) == "".join(drawable(text).split())
    assert all_fonts.width(shortened(text, all_fonts, 10, width)) * 10 <= max(width, 20) + 0.01


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (4, 1), (5, 2), (9, 3)])
def test_a_sheet_is_filled_before_the_next(fonts: Fonts, count: int, pages: int) -> None:
    octets = drawn(fonts, *(slip(f"B{number}") for number in range(count)))
    assert len(texts(octets)) == pages
    assert sorted(scanned(octets)) == [f"B{number}" for number in range(count)]


def test_a_long_letter_has_pages(fonts: Fonts) -> None:
    document = Document(Page("A5"), fonts)
    lines = "\n".join(f"line {number} of the letter" for number in range(200))
    document.letter(PaperLetter("O12", ("A. Reader", "1 High Street"), "Your loan", lines))
    pages = texts(document.octets())
    assert 3 < len(pages) < 10
    assert "line 199 of the letter" in pages[-1]
    assert "A. Reader 1 High Street Your loan" in pages[0]


def test_without_a_font_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailproc.paper.fonts.USUAL", ())
    with pytest.raises(LocalFault, match="fonts-dejavu-core"):
        Fonts()


@pytest.mark.parametrize("content", [None, b"", b"no font at all", b"\x00\x01\x00\x00" + b"\xff" * 100])
def test_a_file_that_is_no_font_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "own.ttf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(LocalFault, match=r"own\.ttf"):
        Fonts([file]).runs("A")


def test_everything_moves_by_the_offset(fonts: Fonts) -> None:
    usual, moved = (drawn(fonts, slip("B1"), page=Page("A4", 0, offset)) for offset in ((0, 0), (5, 7)))
    (x, y), (to_x, to_y) = map(place_of_heading, (usual, moved))
    assert (round(to_x - x, 1), round(y - to_y, 1)) == (round(5 * mm, 1), round(7 * mm, 1))


def place_of_heading(octets: bytes) -> tuple[float, float]:
    places = []
    page = pypdf.PdfReader(BytesIO(octets)).pages[0]
    page.extract_text(visitor_text=lambda text, _cm, tm, _font, _size: places.append((text, (tm[4], tm[5]))))
    return next(place for text, place in places if "A heading" in text)
