"""Lines below the citation, each with its label: other numbers, and a note for whoever looks for the item.

No public text has such lines. They stand last, so the places of the citation's elements stay as they are.
"""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

from mailproc.ill.apdu import IllRequest
from mailproc.protocols.artemail.layout import COLUMNS
from mailproc.protocols.artemail.write.transliterate import to_ascii

NUMBER, NOTE = "NUMBER:", "NOTE:"
_LABELLED = re.compile(rf"({NUMBER}|{NOTE}) (.+)")


def write(apdu: IllRequest, room: int) -> tuple[str, ...]:
    """Return at most ``room`` lines of an order, without those that ``item.lines`` has already."""
    made = _lines(apdu, COLUMNS, lambda text: to_ascii(text).text)
    return tuple(line for line in made if line not in apdu.item.lines)[: max(room, 0)]


def for_people(apdu: IllRequest, room: int, longest: int) -> tuple[str, ...]:
    """Return the same in lines of at most ``longest`` characters, not converted to ASCII."""
    return tuple(_lines(apdu, longest, str))[: max(room, 0)]


def _lines(apdu: IllRequest, columns: int, plain: Callable[[str], str]) -> Iterator[str]:
    for label, text in ((NUMBER, apdu.item.additional_numbers), (NOTE, apdu.note)):
        for line in textwrap.wrap(plain(text or ""), columns - len(label) - 1, break_on_hyphens=False):
            yield f"{label} {line}"


def split(lines: Sequence[str]) -> tuple[list[str], str, str]:
    """Return the lines of the citation, the other numbers and the note; '' for what is not there."""
    end = len(lines)
    while end > 1 and _LABELLED.fullmatch(lines[end - 1]):
        end -= 1
    found = [_LABELLED.fullmatch(line) for line in lines[end:]]
    said = [(hit[1], hit[2]) for hit in found if hit]
    number, note = (" ".join(text for label, text in said if label == one) for one in (NUMBER, NOTE))
    return list(lines[:end]), number, note
