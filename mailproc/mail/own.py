"""Letters of ours that come back: a copy to our own mailbox, returned, or quoted whole.

A mailbox from which we send gets our own order files (Cc, a rule of the mail program); read as
a customer's they would be orders. A bounce is looked for first (``bounce.read``).
"""

from collections.abc import Callable, Collection

from mailproc.mail import headers
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter
from mailproc.mail.parse import readable


def is_own(letter: Letter, addresses: Collection[str], known: Callable[[Collection[str]], bool]) -> bool:
    """Is this a letter of ours, or nothing but one?

    ``addresses`` are ours, in lower case. ``known`` says whether one of these Message-IDs is
    that of a letter we sent to somebody else: a hub writes to itself on purpose, and asks about
    those only. Its answer is wanted at most once. What a partner adds to our words, were it one
    line above the quotation, makes the letter the partner's.
    """
    if letter.sender in addresses:
        return bool(letter.message_id) and known((letter.message_id,))
    if _says_something(letter):
        return False
    ids = {*_returned(letter), *letter.in_reply_to, *letter.references}
    return bool(ids) and known(ids)


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
