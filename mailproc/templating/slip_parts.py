"""The form of a slip's text: lines, in parts that begin with their name in square brackets.

The names say how the lines are printed: a heading, large for the eye at the shelf, plain, small, or each line
as a barcode with its text below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailproc.sentence import sentence
from mailproc.templating.problem import nearest

HEADING, LARGE, TEXT, SMALL, BARCODE = "heading", "large", "text", "small", "barcode"
STYLES = (HEADING, LARGE, TEXT, SMALL, BARCODE)
_NAMED = re.compile(r"\[([^\[\]]{0,40})\]")
_STAND_IN = "\ue05b"
_GUARD = str.maketrans({"[": _STAND_IN, _STAND_IN: None})


@dataclass(frozen=True)
class SlipPart:
    """``style``: one of ``STYLES``; ``lines``: none of them empty, at least one."""

    style: str
    lines: tuple[str, ...]


def guarded(value: str) -> str:
    """Return a value so that it begins no part, whatever somebody has written; ``split_slip`` undoes it."""
    return value.translate(_GUARD)


def split_slip(text: str) -> tuple[SlipPart, ...]:
    """Return the parts of a rendered slip that are not empty.

    Raise ValueError with a sentence for the person who edits the text: a line stands before the first part,
    a part has no such name, or nothing is printed at all.
    """
    parts = tuple(SlipPart(style, tuple(lines)) for style, lines in _parts(text) if lines)
    if not parts:
        raise ValueError(sentence("text-slip-empty"))
    return parts


def plain(text: str) -> str:
    """Return a rendered slip as it is printed without a layout. Raise as ``split_slip`` does."""
    return shown(split_slip(text))


def shown(parts: tuple[SlipPart, ...]) -> str:
    """Return the parts as plain text, an empty line between them."""
    return "\n\n".join("\n".join(part.lines) for part in parts) + "\n"


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    style, lines = "", list[str]()
    for line in text.split("\n"):
        named = _NAMED.fullmatch(line.strip())
        if named is None:
            if line.strip():
                lines.append(line.rstrip().replace(_STAND_IN, "["))
            continue
        yield from _ended(style, lines)
        style, lines = _known(named[1]), []
    yield from _ended(style, lines)


def _ended(style: str, lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    if lines and not style:
        raise ValueError(sentence("text-slip-part", part=TEXT))
    yield style, lines


def _known(name: str) -> str:
    if name not in STYLES:
        raise ValueError(sentence("text-slip-no-part", name=name, near=nearest(name, STYLES)))
    return name
