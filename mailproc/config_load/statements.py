"""A TOML text cut into its statements: each table header and each key with its value, right or wrong.

A mistake ends with its statement here, so that one mistake does not hide the others. Linear: each line is
looked at once, but for ``MOST_LINES`` behind the begin of a text, or a table in braces, that does not end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_LINES = 100
"""Lines of a text in three quotes, or of a value in braces (TOML allows one; people write more)."""

_TOKEN = re.compile(r"""(?:""\"|'''|"(?:[^"\\]|\\.)*+"|'[^']*+'|[\[\]{}#"'])""")
_HEADER = re.compile(r"[ \t]*+\[\[?[ \t]*+[A-Za-z_][\w.\- \t]*+\]")
_KEY = re.compile(r"[ \t]*+[A-Za-z_][\w.\-]*+[ \t]*+=")
_LONG = (3 * '"', 3 * "'")
_OPENED = {"]": "[", "}": "{"}


@dataclass(frozen=True)
class Statement:
    """``line`` counts from 1; ``text`` has all lines of a list or a long text, without the last line end."""

    line: int
    text: str

    @property
    def is_header(self) -> bool:
        return self.text.lstrip(" \t").startswith("[")


def split(text: str, line: int = 1) -> Iterator[Statement]:
    """Every statement in its order; blank lines and comments are none. ``line``: the number of the first."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        end = number + 1
        bare = lines[number].strip(" \t")
        if bare and not bare.startswith("#"):
            if not bare.startswith("["):
                end = _end(lines, number)
            yield Statement(line + number, "\n".join(lines[number:end]))
        number = end


def _end(lines: Sequence[str], first: int) -> int:
    """The line after the last one of the value that begins in the line ``first``."""
    open_ones: list[str] = []
    number, start = first, 0
    while True:
        if begun := _read_line(lines[number], start, open_ones):
            ended = _closing(lines, number, *begun)
            if ended is None or ended[0] - first > MOST_LINES:
                return first + 1
            number, start = ended
            continue
        if not open_ones:
            return number + 1
        number, start = number + 1, 0
        if number == len(lines) or _is_new(lines[number], open_ones[-1]) or _is_far(first, number, open_ones):
            return first + 1 if open_ones[-1] == "{" else number


def _read_line(line: str, start: int, open_ones: list[str]) -> tuple[int, str] | None:
    """Note the brackets of a line in ``open_ones``; return where a long text begins, and its quotes."""
    for token in _TOKEN.finditer(line, start):
        found = token[0]
        if found in _LONG:
            return token.end(), found
        if found in ("#", '"', "'"):  # a quote that stands alone here is not closed
            break
        if found in "[{":
            open_ones.append(found)
        elif found in _OPENED and open_ones and open_ones[-1] == _OPENED[found]:
            open_ones.pop()
    return None


def _closing(lines: Sequence[str], number: int, start: int, quotes: str) -> tuple[int, int] | None:
    """Line and column after the end of a long text; None where it has none."""
    for here in range(number, min(len(lines), number + MOST_LINES)):
        at = _find(lines[here], quotes, start)
        if at >= 0:
            return here, at + 3
        start = 0
    return None


def _find(line: str, quotes: str, start: int) -> int:
    at = line.find(quotes, start)
    while at > 0 and quotes == _LONG[0] and _is_escaped(line, at, start):
        start = at + 1
        at = line.find(quotes, start)
    return at


def _is_escaped(line: str, at: int, start: int) -> bool:
    before = line[start:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _is_new(line: str, innermost: str) -> bool:
    """Does another statement begin here, although a bracket is still open?"""
    return bool(_HEADER.match(line)) or (innermost == "[" and bool(_KEY.match(line)))


def _is_far(first: int, number: int, open_ones: Sequence[str]) -> bool:
    return open_ones[-1] == "{" and number - first > MOST_LINES
