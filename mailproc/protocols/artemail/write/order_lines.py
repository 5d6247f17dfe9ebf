"""Text as the lines that may stand in an order: ASCII, 40 columns, none that could split the file."""

import textwrap
from collections.abc import Iterable

from mailproc.config import PartnerArtemail
from mailproc.protocols.artemail.layout import COLUMNS, would_split
from mailproc.protocols.artemail.write.transliterate import to_ascii


def text_lines(elements: Iterable[str], settings: PartnerArtemail) -> tuple[str, ...]:
    """One line (or several with overflow "wrap") for each element; at most ``max_lines`` in all."""
    made = (line for element in elements for line in _element(element, settings))
    return tuple(line for line in made if line)[: settings.max_lines]


def _element(element: str, settings: PartnerArtemail) -> list[str]:
    text = to_ascii(element).text
    if settings.overflow == "truncate":
        return [_cut(_guarded(text, settings.guard_word))]
    room = COLUMNS - len(settings.guard_word) - 1
    wrapped = textwrap.wrap(text, width=COLUMNS, break_on_hyphens=False)
    if any(would_split(line) for line in wrapped):
        wrapped = textwrap.wrap(text, width=room, break_on_hyphens=False)
    return [_guarded(line, settings.guard_word) for line in wrapped]


def _guarded(line: str, word: str) -> str:
    return f"{word} {line}" if would_split(line) else line


def _cut(line: str) -> str:
    return line[:COLUMNS].rstrip()
