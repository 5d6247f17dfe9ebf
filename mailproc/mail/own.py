"""Letters of ours that come back: a copy to our own mailbox, returned, or quoted whole.

A mailbox from which we send gets our own order files (Cc, a rule of the mail program); read as
a customer's they would be orders. A bounce is looked for first (``bounce.read``).
"""

from collections.abc import Collection

from mailproc import slow_work
from mailproc.mail import headers
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter
from mailproc.mail.parse import readable


@slow_work.outside_writes
def own_ids(letter: Letter, addresses: Collection[str]) -> frozenset[str]:
    """Message-IDs of which one is ours if this is a letter of ours, or nothing but one; none where it is not.

    ``addresses`` are ours, in lower case. Whoever asks looks up whether we sent one of them to somebody
    else: a hub writes to itself on purpose. What a partner adds to our words, were it one line above the
    quotation, makes the letter the partner's.
    """
    if letter.sender in addresses:
        return frozenset({letter.message_id} - {""})
    if _says_something(letter):
        return frozenset()
    return frozenset({*_returned(letter), *letter.in_reply_to, *letter.references})


def _says_something(letter: Letter) -> bool:
    """Is there a line that is not quoted, or a part that is neither text nor a returned letter?"""
    if any(not part.media_type.startswith(("text/", "message/")) for part in letter.parts):
        return True
    lines = (line.strip() for line in readable(letter).splitlines())
    return any(line and not line.startswith(">") for line in lines)


def _returned(letter: Letter) -> set[str]:
    """Message-IDs of the letters attached whole."""
    found: set[str] = set()
    for part in letter.parts:
        if part.media_type == "message/rfc822":
            header, _ = headers.split(part.content, Defects())
            found.update(headers.ids(header.get("message-id", [])[:1]))
    return found
