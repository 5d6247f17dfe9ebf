"""Find the documents of the hub in a letter, by their first octets."""

import re

from mailproc.mail.letter import Letter, Part

MEDIA_TYPE = "application/xml"
MEDIA_TYPES = frozenset({MEDIA_TYPE, "text/xml"})
MOST_PARTS = 25

_LOOKED_AT = 2_000  # characters before the root: a declaration, a document type, a comment
_SHOWS_ITSELF = re.compile(
    rb"(?:<|&lt;|&amp;lt;|%3[Cc]|%253[Cc]|%26lt%3[Bb]|%26amp%3[Bb]lt%3[Bb])(?:[\w-]{1,20}:)?ILL-APDU"
)
_BEGINS = re.compile(rb"\s*+(?:\xef\xbb\xbf|BufferILL=|faseILL=|<|&lt;|&amp;lt;|%)")


def found(letter: Letter) -> tuple[Part, ...]:
    """Return the parts that hold a document, readable or not."""
    return tuple(part for part in letter.parts if _is_document(part))[:MOST_PARTS]


def _is_document(part: Part) -> bool:
    """Return whether it is one by its first octets; of a part without the type also by the very first."""
    begin = part.content[:_LOOKED_AT]
    begins = part.media_type in MEDIA_TYPES or _BEGINS.match(begin) is not None
    return begins and _SHOWS_ITSELF.search(begin) is not None
