"""What is new in a folder: its letters from the newest down, until one that is known.

By their numbers, which have no gaps: a letter that the server leaves out is missed. What cannot be true
(RFC 3501 sections 2.3.1.1 and 2.3.1.2) ends the look, for a position made of it would hide letters.
"""

from dataclasses import dataclass
from itertools import pairwise

from mailproc.sentence import sentence
from mailproc.transport.imap_reading import halving
from mailproc.transport.imap_session import HIGHEST, ImapSession, ListedLetter

FIRST_WINDOW = 10  # letters asked for at first: mostly there is nothing new
WINDOW = 1_000  # at most
MOST_UNLISTED = 50  # letters that the server says nothing of


@dataclass(frozen=True)
class Listing:
    """``sizes``: octets by UID, None where unknown. The position may not pass ``safe``: of a letter above it
    nothing is known but that it is there (``unlisted`` says so; '' where all are known)."""

    sizes: dict[int, int | None]
    safe: int
    unlisted: str


def listing(session: ImapSession, above: int) -> Listing:
    """The letters whose UIDs are above that one. Raises TryLater where what is said cannot be true."""
    found: dict[int, ListedLetter] = {}
    unlisted: dict[int, str] = {}
    last, window = session.letters, FIRST_WINDOW
    while last > 0:
        numbers = range(max(1, last - window + 1), last + 1)
        window_found = halving(numbers, session.listed, unlisted.__setitem__)
        found |= window_found
        if not window_found or len(unlisted) > MOST_UNLISTED:
            number, reason = next(iter(unlisted.items()))
            why = sentence("mailbox-letter-unlisted", number=number, count=session.letters, why=reason)
            raise session.trouble(why)
        if min(one.uid for one in window_found.values()) <= above:
            break
        last, window = last - window, min(WINDOW, 10 * window)
    _check(session, found)
    return _above(above, found, unlisted)


def _above(above: int, found: dict[int, ListedLetter], unlisted: dict[int, str]) -> Listing:
    sizes = {one.uid: one.size for one in found.values() if one.uid > above}
    first = min((number for number in unlisted if not _is_known(number, above, found)), default=None)
    if first is None:
        return Listing(sizes, HIGHEST, "")
    below = [one.uid for number, one in found.items() if number < first]
    return Listing(sizes, max([above, *below]), f"letter number {first}: {unlisted[first]}")


def _is_known(number: int, above: int, found: dict[int, ListedLetter]) -> bool:
    """An unlisted letter below one that is known: its own UID is lower still."""
    return any(one.uid <= above and other > number for other, one in found.items())


def _check(session: ImapSession, found: dict[int, ListedLetter]) -> None:
    uids = [found[number].uid for number in sorted(found)]
    for lower, higher in pairwise(uids):
        if lower >= higher:
            raise session.trouble(sentence("mailbox-uid-order", higher=higher, lower=lower))
    if uids and session.uidnext and uids[-1] >= session.uidnext:
        raise session.trouble(sentence("mailbox-uid-next", last=uids[-1], next=session.uidnext))
