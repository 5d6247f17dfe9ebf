"""Colour by meaning, on a terminal that wants it: what is wrong, what needs a look, what is in order."""

import os
from typing import IO, Literal

Meaning = Literal["", "wrong", "look", "fine"]

STYLES: dict[Meaning, str] = {"": "", "wrong": "bold red", "look": "yellow", "fine": "green"}
"""As rich names them."""
_CODES: dict[Meaning, str] = {"wrong": "1;31", "look": "33", "fine": "32"}
"""As a terminal takes them (ECMA-48)."""

OF_A_LETTER: dict[str, Meaning] = {
    "shelved": "wrong",
    "bounced": "wrong",
    "in_doubt": "wrong",
    "held": "look",
    "to_print": "look",
    "prepared": "look",
}
"""By the state of a letter."""


class Marked(str):
    """A cell of a table that means something."""

    meaning: Meaning

    def __new__(cls, text: str, meaning: Meaning) -> "Marked":
        cell = super().__new__(cls, text)
        cell.meaning = meaning
        return cell


def is_wanted(stream: IO[str]) -> bool:
    """Not in a pipe or a file, and not where NO_COLOR has any value (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def painted(text: str, meaning: Meaning, stream: IO[str]) -> str:
    """``text`` has no unseen characters any more."""
    if meaning not in _CODES or not is_wanted(stream):
        return text
    return f"\x1b[{_CODES[meaning]}m{text}\x1b[0m"
