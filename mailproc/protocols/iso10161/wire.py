"""Find the messages in a letter, and make the part in which one travels (RFC 2503).

A partner's system, a gateway, or a person who forwards a message may wrap the part in anything. So it is
looked for everywhere, also in letters inside the letter. Whether the sender is proven is not decided here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mailproc.errors import RemoteFault
from mailproc.mail.letter import Letter, Part
from mailproc.mail.parse import parse
from mailproc.protocols.iso10161.ber import elements

MEDIA_TYPE = "application/iso-10161-ill-1"
ENCODING = "iso-8825-ber"
"""The only legal value of the parameter transfer-encoding (RFC 2503, section 3)."""

UNIT = "octet"
"""The unit of a fault's position, counted from the start of a part."""

MOST_PARTS = 25
MOST_LEVELS = 3  # of letters inside letters
MOST_GUESSES = 3  # untyped parts that looked like a message and were none, before no more are tried

_LETTERS = ("message/rfc822", "message/global")


@dataclass(frozen=True)
class MessagePart:
    """One part that holds a message, or claims to. ``encoding`` is '' if the part names none."""

    content: bytes
    encoding: str = ""


def found(letter: Letter) -> tuple[MessagePart, ...]:
    """Return the first ``MOST_PARTS`` messages in the order of the letter.

    A letter inside an automatic reply is only quoted, so it is skipped.
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
    """Return whether an untyped part is a message, by its octets."""
    try:
        elements.first(content)
    except RemoteFault:
        return False
    return True


def part(message: bytes) -> Part:
    """Return the part of one APDU in BER; it is sent in base64, as every part that is not text."""
    return Part(MEDIA_TYPE, message, parameters=(("transfer-encoding", ENCODING), ("name", "ill.ber")))
