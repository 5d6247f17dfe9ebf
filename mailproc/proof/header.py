"""Split the header of a letter strictly: what is not clearly well-formed proves nothing.

``mail.headers`` reads anything. A proof must see exactly the same fields, so every line here is a field or a
continuation (RFC 5322, section 2.2, without the obsolete forms); a letter with any other line is refused.
"""

import re
from dataclasses import dataclass

from mailproc.mail.headers import MOST_OF_HEADER
from mailproc.sentence import Part, sentence

MOST_FIELDS = 1_000

_FIELD = re.compile(rb"([!-9;-~]+):([^\r\n]*\r\n(?:[ \t]+[^ \t\r\n][^\r\n]*\r\n)*)")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Irregular(ValueError):
    """The input is not well-formed; ``said`` says what is wrong."""

    def __init__(self, said: Part) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True)
class HeaderField:
    """``name`` as written; ``value`` is the text after the colon, folded, with its CRLF."""

    name: bytes
    value: bytes

    @property
    def key(self) -> bytes:
        """The name in lower case."""
        return self.name.lower()


@dataclass(frozen=True)
class Header:
    """The fields from the top (the newest trace field first), and the body.

    Lines end in CRLF: a bare LF was made one, as relays do (the body too).
    """

    fields: tuple[HeaderField, ...]
    body: bytes

    def named(self, key: bytes) -> tuple[HeaderField, ...]:
        """Return the fields of that lower-case name, topmost first."""
        return tuple(field for field in self.fields if field.key == key)


def split(raw: bytes) -> Header:
    """Split a letter. Raise Irregular if its fields are ambiguous."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    end = lines.find(b"\r\n\r\n", 0, MOST_OF_HEADER) + 2
    if end < 2:
        raise Irregular(sentence("proof-header-end"))
    if _CONTROL.search(lines, 0, end):
        raise Irregular(sentence("proof-header-control"))
    fields: list[HeaderField] = []
    position = 0
    while found := _FIELD.match(lines, position, end):
        fields.append(HeaderField(found[1], found[2]))
        position = found.end()
        if len(fields) > MOST_FIELDS:
            raise Irregular(sentence("proof-header-fields", most=MOST_FIELDS))
    if position != end:
        raise Irregular(sentence("proof-header-line", count=len(fields)))
    return Header(tuple(fields), lines[end + 2 :])
