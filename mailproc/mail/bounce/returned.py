"""Find which letter bounced: the Message-ID in the returned part, or in the text below the phrases."""

import re
from collections.abc import Sequence

from mailproc.mail import headers
from mailproc.mail.bounce.text import Text
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter, Part

MOST_PARTS = 20
MOST_OF_RAW = 262_144  # octets of the letter as it came
MOST_RAW_LINES = 5_000

_QUOTED_ID = re.compile(r"[>| \t]{0,20}(?:original )?message-id\s?:[ \t]{0,20}(.{0,300})", re.IGNORECASE)
_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f-\x9f]{1,250})>")  # what any database takes


def is_returned(part: Part) -> bool:
    """Return whether the part is a letter or its header.

    (message/rfc822, text/rfc822-headers, message/global, message/partial)
    """
    media_type = part.media_type
    return media_type == "text/rfc822-headers" or (
        media_type.startswith("message/") and not media_type.endswith(("-status", "-notification", "-report"))
    )


def message_ids(letter: Letter, text: Text) -> tuple[str, ...]:
    """Return the Message-IDs of the letter that bounced; as a last resort, those that this letter answers.

    Of each text only the first counts: what follows may be a letter that ours quoted.
    """
    parts = [part for part in letter.parts if is_returned(part)][:MOST_PARTS]
    found = [one for part in parts for one in _of_part(part)]
    if not found:
        found = [*_quoted(text.own), *_quoted(text.copy)] or _quoted(_raw_lines(letter))
    return tuple(dict.fromkeys(found)) or letter.in_reply_to or letter.references[-1:]


def _of_part(part: Part) -> tuple[str, ...]:
    header, _ = headers.split(part.content, Defects())
    return headers.ids(header.get("message-id", [])[:1])


def _raw_lines(letter: Letter) -> list[str]:
    """Return the lines of the raw body: gateways return letters in parts of all types, also truncated."""
    _, body = headers.split(letter.raw[:MOST_OF_RAW], Defects())
    return [line.decode("latin-1") for line in body.split(b"\n", MOST_RAW_LINES)[:MOST_RAW_LINES]]


def _quoted(lines: Sequence[str]) -> list[str]:
    for number, line in enumerate(lines):
        if field := _QUOTED_ID.match(line):
            found = _ID.search(" ".join([field[1], *lines[number + 1 : number + 2]])[:600])
            return [found[1]] if found else []
    return []
