"""Break a text into lines of a width: at blanks, between Chinese signs, and else within a word."""

import unicodedata
from collections.abc import Iterator

from mailproc.paper.fonts import Fonts, drawable


def wrapped(text: str, fonts: Fonts, size: float, width: float) -> list[str]:
    """Return the lines of a text of one line; at least one. The work grows with its length."""
    lines, line, used = list[str](), list[str](), 0.0
    for piece in _pieces(drawable(text)):
        needed = fonts.width(piece.rstrip()) * size
        if line and used + needed > width:
            lines.append("".join(line))
            line, used = [], 0.0
        if needed > width:  # a word that fills more than a line
            *whole, piece = _broken(piece, fonts, size, width)  # noqa: PLW2901
            lines += whole
        line.append(piece)
        used += fonts.width(piece) * size
    return [one.rstrip() for one in (*lines, "".join(line))]


def shortened(text: str, fonts: Fonts, size: float, width: float) -> str:
    """Return the line, or its beginning with "…" if it is wider than ``width``."""
    if fonts.width(text) * size <= width:
        return text
    return f"{_broken(text, fonts, size, width - fonts.sign('…').width * size)[0].rstrip()}…"


def _broken(word: str, fonts: Fonts, size: float, width: float) -> list[str]:
    """Return the word in pieces that fill the width, each of one sign at least."""
    pieces, begun, used = list[str](), 0, 0.0
    for at, sign in enumerate(word):
        wide = fonts.sign(sign).width * size
        if at > begun and used + wide > width:
            pieces.append(word[begun:at])
            begun, used = at, 0.0
        used += wide
    return [*pieces, word[begun:]]


def _pieces(text: str) -> Iterator[str]:
    """Yield the text in pieces that stay together: a word with the blanks behind it, or one wide sign."""
    begun = 0
    for at, sign in enumerate(text):
        is_wide = unicodedata.east_asian_width(sign) in ("W", "F")
        after_blank = at > begun and text[at - 1] == " " and sign != " "
        if (is_wide or after_blank) and at > begun:
            yield text[begun:at]
            begun = at
        if is_wide:
            yield sign
            begun = at + 1
    if begun < len(text):
        yield text[begun:]
