"""A letter of any door as a value: a mail, or one bare message that came by a socket."""

from mailproc.mail.channel import of_door
from mailproc.mail.letter import Letter, Part
from mailproc.mail.parse import parse


def letter(raw: bytes, door: str) -> Letter:
    """Return the letter; it never raises. A bare message is a letter of one part, without a sender."""
    media_type = of_door(door).message
    if not media_type:
        return parse(raw)
    return Letter(raw=raw, media_type=media_type, parts=(Part(media_type, raw),))
