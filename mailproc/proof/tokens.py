"""Split a structured field into tokens, without comments and white space (RFC 5322, section 3.2)."""

import re

from mailproc.mail.headers import MOST_OF_FIELD
from mailproc.proof.header import Irregular
from mailproc.sentence import sentence

_OUTSIDE = re.compile(rb'[ \t\r\n]+|"(?:[^"\\]|\\.)*"|[^ \t\r\n()"\\;=]+|[()]|[;=]', re.DOTALL)
_IN_COMMENT = re.compile(rb"[^()\\]+|\\.|[()]", re.DOTALL)


def tokens(value: bytes) -> list[bytes]:
    """Return words, ``;`` and ``=`` in lower case; a quoted string is one word and keeps its quotes. Linear.

    Raise Irregular if a comment or quoted string has no end: then nothing after it can be told apart.
    """
    if len(value) > MOST_OF_FIELD:
        raise Irregular(sentence("proof-field-too-long"))
    found: list[bytes] = []
    position = depth = 0
    while position < len(value):
        piece = (_IN_COMMENT if depth else _OUTSIDE).match(value, position)
        if piece is None:
            raise Irregular(sentence("proof-quote-open"))
        position = piece.end()
        if piece[0] in (b"(", b")"):
            depth += 1 if piece[0] == b"(" else -1
            if depth < 0:
                raise Irregular(sentence("proof-comment-begin"))
        elif not depth and not piece[0].isspace():
            found.append(piece[0].lower())
    if depth:
        raise Irregular(sentence("proof-comment-open"))
    return found


def parts(words: list[bytes], between: bytes) -> list[list[bytes]]:
    """Return the words between separators; at least one empty list."""
    found: list[list[bytes]] = [[]]
    for word in words:
        if word == between:
            found.append([])
        else:
            found[-1].append(word)
    return found
