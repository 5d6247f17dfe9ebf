"""Where the messages lie in a letter, and the part that one travels in (RFC 2503).

A partner's system, a gateway, or a person who forwards one may wrap the part into anything: so it
is looked for everywhere, also in letters inside the letter. Who may be believed is not asked here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mailproc.errors import RemoteFault
from mailproc.mail.letter import Letter, Part
from mailproc.mail.parse import parse
from mailproc.protocols.iso10161.ber import elements

MEDIA_TYPE = "application/iso-10161-ill-1"
ENCODING = "iso-8825-ber"
"""The one legal value of the parameter transfer-encoding (RFC 2503 section 3)."""

UNIT = "octet"
"""What the positions of faults count, from the start of a part."""

MOST_PARTS = 25
MOST_LEVELS = 3  # of letters inside letters
MOST_GUESSES = 3  # parts of no named type that look like a message and are none; then no more are tried

_LETTERS = ("message/rfc822", "message/global")


@dataclass(frozen=True)
class MessagePart:
    """One part that holds a message, or says so. ``encoding`` is '' where the part names none."""

    content: bytes
    encoding: str = ""


def found(letter: Letter) -> tuple[MessagePart, ...]:
    """The first ``MOST_PARTS`` in the order of the letter.

    What an automatic reply holds as a letter inside it is a quotation: nobody says it anew.
    """
    levels = 0 if letter.auto_submitted.startswith("auto-replied") else MOST_LEVELS
    messages = list[MessagePart]()
    wrong = 0
    for part in _candidates(letter, levels):
        if part.media_type == MEDIA_TYPE:
            named = dict(part.parameters).get("transfer-encoding", "")
            messages.append(MessagePart(part.content, named.strip().lower()))
        elif wrong < MOST_GUESSES:
            if _passes(part.content):
                messages.append(MessagePart(part.content))
            else:
                wrong += 1
        if len(messages) == MOST_PARTS:
            break
    return tuple(messages)


def _candidates(letter: Letter, levels: int) -> Iterator[Part]:
    for part in letter.parts:
        unnamed = part.media_type == "application/octet-stream" and elements.looks_like(part.content)
        if part.media_type == MEDIA_TYPE or unnamed:
            yield part
        elif part.media_type in _LETTERS and levels:
            yield from _candidates(parse(part.content), levels - 1)


def _passes(content: bytes) -> bool:
    """Is a part of no named type a message by its octets alone?"""
    try:
        elements.first(content)
    except RemoteFault:
        return False
    return True


def part(message: bytes) -> Part:
    """The part of one APDU in BER; base64, as every part that is no text."""
    return Part(MEDIA_TYPE, message, parameters=(("transfer-encoding", ENCODING), ("name", "ill.ber")))
