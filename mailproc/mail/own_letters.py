"""Recognise letters of ours: a copy in our own mailbox, returned, or quoted whole.

A mailbox from which we send gets our own order files (Cc, a rule of the mail program); read as a customer's
they would be orders. A bounce is recognised first (``bounce.read``).
"""

import re
from collections.abc import Collection

from mailproc import slow_work
from mailproc.mail import headers
from mailproc.mail.bounce.phrases import ANSWERS
from mailproc.mail.defects import Defects
from mailproc.mail.html_text import from_html as html_text
from mailproc.mail.letter import Letter, Part

_QUOTED = re.compile(r"(?:\s++|>[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*+)*+")
"""Only blank lines and lines that begin with ">", as ``str.splitlines`` ends them."""
_PREFIXES = re.compile(
    rf"(?:\s*+(?:{'|'.join(one.removesuffix(':') for one in ANSWERS)})(?:\[\d{{1,3}}\])?:)*+\s*+",
    re.IGNORECASE,
)
"""What mail programs put before a subject, counted too: "Re[2]:"."""
_RETURNED = ("message/rfc822", "text/rfc822-headers")


@slow_work.outside_writes
def own_ids(letter: Letter, addresses: Collection[str]) -> frozenset[str]:
    """Return Message-IDs of which one is ours if this is a letter of ours and nothing more; else none.

    ``addresses`` are ours, in lower case. The caller checks whether we sent one of them to somebody else: a
    hub writes to itself on purpose. If somebody adds even one line to our text, or writes a subject of their
    own over our letter, the letter is theirs.
    """
    if letter.sender in addresses:
        return frozenset({letter.message_id} - {""})
    if any(map(says_something, letter.parts)):
        return frozenset()
    if returned := [part for part in letter.parts if part.media_type in _RETURNED]:
        return frozenset() if _is_subject_theirs(letter, returned) else attached_ids(letter)
    return frozenset({*letter.in_reply_to, *letter.references})


def attached_ids(letter: Letter) -> frozenset[str]:
    """Return the Message-IDs of the letters that are attached, whole or as a header."""
    returned = (part for part in letter.parts if part.media_type in _RETURNED)
    return frozenset(one for part in returned for one in _named_in(part))


def says_something(part: Part) -> bool:
    """Return whether it is neither a returned letter nor a text (body or attached) that is all quoted."""
    if part.media_type in _RETURNED:
        return False
    text = html_text(part.text) if part.media_type == "text/html" and part.text else part.text
    return text is None or _QUOTED.fullmatch(text) is None


def _is_subject_theirs(letter: Letter, returned: list[Part]) -> bool:
    """Return whether the subject says something that no attached letter has as its own."""
    said = _bare(letter.subject)
    return bool(said) and all(said != _bare(_subject_of(part)) for part in returned)


def _bare(subject: str) -> str:
    return " ".join(_PREFIXES.sub("", subject, count=1).casefold().split())


def _subject_of(part: Part) -> str:
    return headers.text(headers.first(_header_of(part), "subject"))


def _named_in(part: Part) -> tuple[str, ...]:
    """Return the Message-ID of a letter attached whole, or of its header."""
    return headers.ids(_header_of(part).get("message-id", [])[:1])


def _header_of(part: Part) -> headers.Header:
    return headers.split(part.content, Defects())[0]
