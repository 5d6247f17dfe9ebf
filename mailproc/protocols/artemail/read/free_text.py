"""Read a letter written for people, as other library systems write it, that names our number in a line.

It may tell of a renewal, a loss or a remark for which the layout has no code. It becomes a message for staff,
and changes no state.
"""

import re
from collections.abc import Callable

from mailproc.ill.apdu import Apdu, Message
from mailproc.ill.terms import Ref
from mailproc.mail.letter import Letter
from mailproc.protocols.artemail.layout import CUSTOMERS_NUMBER
from mailproc.protocols.artemail.read.body_lines import spaced, texts

MOST_LOOKED_AT = 100
LONGEST = 500
_OURS = re.compile(r"(?:Your number|Ihre Nummer) ?: ?(?P<number>\S{1,40})", re.IGNORECASE)


def number(letter: Letter) -> str:
    """Return what the letter names as our number; '' if it names none, or several."""
    found = {match["number"] for line in _lines(letter) if (match := _OURS.fullmatch(line))}
    only = found.pop() if len(found) == 1 else ""
    return only if CUSTOMERS_NUMBER.fullmatch(only) else ""


def message(letter: Letter, mask: Callable[[str], str]) -> Apdu:
    """Return the words of a letter that has a ``number``, as a message for staff."""
    words = mask("\n".join([letter.subject, *filter(None, _lines(letter))])).replace("\n", " ")
    return Message(ref=Ref(number=number(letter)), note=" ".join(words.split())[:LONGEST])


def _lines(letter: Letter) -> list[str]:
    return [spaced(line) for line in texts(letter)[0][:MOST_LOOKED_AT]]
