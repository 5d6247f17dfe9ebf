"""The fonts of a page: each sign is drawn by the first font that has it.

No font of a PDF viewer holds Greek, Cyrillic and Chinese, so TrueType files are used, of Debian's packages or
named by the library. Only the signs that occur are put into the PDF.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from mailproc.errors import LocalFault
from mailproc.invisible import UNSEEN
from mailproc.sentence import sentence

USUAL = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
)
"""Where Debian has them: Latin, Greek and Cyrillic (fonts-dejavu-core), Chinese and Japanese
(fonts-droid-fallback), Korean (fonts-nanum)."""
MISSING = "\N{WHITE SQUARE}"
"""Stands for a sign that no font has; "?" where none has this one."""


@dataclass(frozen=True)
class Run:
    """Signs that one font draws; ``width`` at a size of 1."""

    font: str
    text: str
    width: float


class FontFile:
    """A TrueType file, which is read when a sign is looked for in it. ``place``: among the fonts."""

    def __init__(self, path: Path, place: int) -> None:
        self.path, self.name = path, f"mailproc-{place}"

    @cached_property
    def glyphs(self) -> frozenset[int]:
        """The code points that it has. Raise LocalFault if it is no such file."""
        try:
            font = TTFont(self.name, str(self.path))
        except (TTFError, OSError, ValueError, LookupError) as error:
            why = " ".join(str(error).split())[:200]
            raise LocalFault(sentence("slip-font-wrong", file=str(self.path), why=why)) from None
        pdfmetrics.registerFont(font)
        return frozenset(font.face.charToGlyph)


class Fonts:
    """``named``: files in their order, () for those that are found on this machine.

    ``missing`` gathers the signs that could not be drawn.
    """

    def __init__(self, named: Sequence[Path] = ()) -> None:
        found = named or [path for path in map(Path, USUAL) if path.is_file()]
        if not found:
            raise LocalFault(sentence("slip-no-font"))
        self._files = [FontFile(path, place) for place, path in enumerate(found)]
        self._known: dict[str, Run] = {}
        self.missing: set[str] = set()

    def runs(self, text: str) -> list[Run]:
        """Return a text of one line as it is drawn, in runs of one font each."""
        signs = [self.sign(each) for each in drawable(text)]
        return list(self._joined(signs))

    def width(self, text: str) -> float:
        """Return the width at a size of 1."""
        return sum(self.sign(each).width for each in drawable(text))

    def sign(self, sign: str) -> Run:
        """Return one sign with the font that has it, or what stands for it."""
        known = self._known.get(sign)
        if known is None:
            known = self._known[sign] = self._found(sign)
        return known

    def _found(self, sign: str) -> Run:
        for one in (sign, MISSING, "?"):
            for file in self._files:
                if ord(one) in file.glyphs:
                    self.missing |= {sign} - {one}
                    return Run(file.name, one, pdfmetrics.stringWidth(one, file.name, 1))
        raise LocalFault(sentence("slip-font-wrong", file=str(self._files[0].path), why="no signs"))

    @staticmethod
    def _joined(signs: Sequence[Run]) -> Iterator[Run]:
        for font, same in groupby(signs, key=lambda run: run.font):
            run = list(same)
            yield Run(font, "".join(one.text for one in run), sum(one.width for one in run))


def drawable(text: str) -> str:
    """Return a line without what nobody sees or what turns its direction; marks joined with their letters."""
    return UNSEEN.sub("", unicodedata.normalize("NFC", text.replace("\t", " ")))
