"""The IMAP door: read what is new, commit it, and only then touch it.

What is new is known by (UIDVALIDITY, highest UID), never by \\Seen, which a colleague's mail
program sets (RFC 3501 section 2.3.1.1). Each look is a fresh connection with timeouts, so a
dead line costs one look and never the mailbox.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from mailproc.config import Mailbox
from mailproc.errors import TryLater
from mailproc.store.inbox import Kept, NewLetter
from mailproc.store.mailboxes import Position
from mailproc.transport.imap_session import AT_ONCE, LARGEST, ImapSession, Refused, Unreadable

__all__ = ["Polled", "Refused", "check", "poll"]

T = TypeVar("T")
Keep = Callable[[str, Position, list[NewLetter]], list[Kept]]


@dataclass(frozen=True)
class Polled:
    """One look: letters kept, how many of them were new, where to go on, and what was passed over.

    A fault is a sentence for staff: a letter that stays in the mailbox and was not taken, or a
    mark that could not be set.
    """

    letters: int
    new: int
    position: Position
    faults: list[str]


def poll(mailbox: Mailbox, position: Position, keep: Keep, clock: Callable[[], datetime]) -> Polled:
    """Take every letter above ``position``; a changed UIDVALIDITY takes all again.

    ``keep`` commits a batch with the position after it, and returns; then the letters are marked,
    moved or deleted as ``mailbox.after`` says. Where letters are moved or deleted, one that is
    still there is taken again: a crash had come in between, and the inbox knows it by its digest.
    Raises TryLater (Refused: a wrong password, a missing folder); what was committed stays.
    """
    with ImapSession(mailbox) as session:
        return _Look(session, position, keep, clock).run()


def check(mailbox: Mailbox) -> str:
    """Log in and look, changing nothing: one sentence. Raises TryLater or Refused."""
    with ImapSession(mailbox, readonly=True) as session:
        return f"{session.where}: logged in as {mailbox.user}, {mailbox.folder} has {session.letters} letters"


class _Look:
    """One run through what is new in a folder."""

    def __init__(
        self, session: ImapSession, position: Position, keep: Keep, clock: Callable[[], datetime]
    ) -> None:
        self._session = session
        self._mailbox = session.mailbox
        self._stored = position
        same = position.uidvalidity == session.uidvalidity
        self._known = position.last_uid if same else 0
        self._position = Position(session.uidvalidity, self._known)
        self._keep = keep
        self._clock = clock
        self._letters = 0
        self._new = 0
        self._refusal = ""

    def run(self) -> Polled:
        above = self._known if self._mailbox.after == "seen" else 0
        uids = self._session.uids(above)
        for first in range(0, len(uids), self._mailbox.batch):
            self._batch(uids[first : first + self._mailbox.batch])
        return Polled(self._letters, self._new, self._position, self._session.faults)

    def _batch(self, uids: Sequence[int]) -> None:
        sizes = self._halving(uids, self._session.sizes)
        for group in _groups(self._fetchable(sizes), sizes):
            self._take(group)
        if self._refusal and not self._letters:
            # A server that gives nothing at all is ill; its letters must not be passed over.
            raise TryLater(f"{self._session.where}: no letter could be fetched: {self._refusal}")
        self._commit(uids[-1], [])

    def _fetchable(self, sizes: dict[int, int]) -> list[int]:
        for uid, size in sizes.items():
            if size > LARGEST:
                self._fault(uid, f"it has {size} octets, more than {LARGEST}")
        return sorted(uid for uid, size in sizes.items() if size <= LARGEST)

    def _take(self, uids: Sequence[int]) -> None:
        """Commit these letters; only then touch them in the mailbox."""
        bodies = self._halving(uids, self._session.bodies)
        if not bodies:
            return
        taken = sorted(bodies)
        now = self._clock()
        self._commit(taken[-1], [NewLetter(self._mailbox.name, bodies[uid], now) for uid in taken])
        self._session.settle(taken)

    def _commit(self, last_uid: int, letters: list[NewLetter]) -> None:
        """The position never goes back: old UIDs are read again where letters are moved or deleted."""
        position = Position(self._position.uidvalidity, max(self._position.last_uid, last_uid))
        if letters or position != self._stored:
            kept = self._keep(self._mailbox.folder, position, letters)
            self._stored = self._position = position
            self._letters += len(kept)
            self._new += sum(letter.new for letter in kept)

    def _halving(self, uids: Sequence[int], ask: Callable[[Sequence[int]], dict[int, T]]) -> dict[int, T]:
        """What can be read of these: a batch that fails is halved until the one to blame stands alone."""
        try:
            return ask(uids) if uids else {}
        except Unreadable as error:
            if len(uids) == 1:
                self._fault(uids[0], str(error), refused=error.refused)
                return {}
        half = len(uids) // 2
        return self._halving(uids[:half], ask) | self._halving(uids[half:], ask)

    def _fault(self, uid: int, reason: str, *, refused: bool = False) -> None:
        if uid <= self._known:
            return  # it was reported when it was first passed over
        if refused:
            self._refusal = reason
        where = f"{self._session.where}, {self._mailbox.folder}"
        self._session.faults.append(f"{where}: letter UID {uid} was passed over: {reason}")


def _groups(uids: Sequence[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    """Together few enough octets to be held in memory at once."""
    group: list[int] = []
    octets = 0
    for uid in uids:
        if group and octets + sizes[uid] > AT_ONCE:
            yield group
            group, octets = [], 0
        group.append(uid)
        octets += sizes[uid]
    if group:
        yield group
