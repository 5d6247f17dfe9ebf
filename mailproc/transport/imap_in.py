"""Read new letters of a mailbox, commit them, and only then change them on the server.

What is new is known by (UIDVALIDITY, highest UID), never by \\Seen, which a colleague's mail
program sets (RFC 3501 section 2.3.1.1). Everything below the position was kept, or stands in the list
of what was passed over. Each look is a fresh connection with limits, so a dead line or a server that
talks nonsense costs one look and never a letter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailproc.config import Mailbox
from mailproc.errors import TryLater
from mailproc.mail.letter import LARGEST
from mailproc.sentence import sentence
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.store.mailboxes import Batch, Position
from mailproc.store.skipped_letters import SHORT, UNREAD, FolderPlace, Passed, Remembered
from mailproc.transport import imap_refetch
from mailproc.transport.access_tokens import AccessTokens
from mailproc.transport.imap_listing import listing
from mailproc.transport.imap_reading import Read, Reader
from mailproc.transport.imap_session import ImapSession, Refused

__all__ = ["Polled", "Refused", "check", "poll"]

Keep = Callable[[Batch], list[StoredLetter]]
Remembering = Mapping[int, Sequence[Remembered]]
MOST_HELD = 50  # letters in a row that cannot be read, before the newest is tried
MOST_AT_THE_END = 10  # letters that cannot be read after the last that could: more, and it is the server


@dataclass(frozen=True)
class Polled:
    """One look: letters kept, how many of them were new, and where to go on.

    A fault is a sentence for the log: a mark that could not be set.
    """

    letters: int
    new: int
    position: Position
    faults: list[str]


def poll(
    mailbox: Mailbox,
    position: Position,
    keep: Keep,
    clock: Callable[[], datetime],
    passed_over: Remembering | None = None,
    *,
    careful: bool = False,
    largest: int = LARGEST,
    tokens: AccessTokens | None = None,
) -> Polled:
    """Take every letter above ``position``; a changed UIDVALIDITY takes all again.

    ``keep`` commits a batch with the position after it, and returns; then the letters are marked,
    moved or deleted as ``mailbox.after`` says. Where letters are moved or deleted, one that is
    still there is taken again: a crash had come in between, and the inbox knows it by its digest.
    ``passed_over`` is the list of the folder by UIDVALIDITY: what of it is due is read again.
    ``careful``: the last look failed, ``largest``: octets of a letter that is taken, ``tokens`` (see
    ImapSession).
    Raises TryLater (Refused: a wrong password, a missing folder); what was committed stays.
    """
    with ImapSession(mailbox, careful=careful, largest=largest, tokens=tokens) as session:
        remembered = (passed_over or {}).get(session.uidvalidity, ())
        polled = _Look(session, position, keep, clock, {one.uid for one in remembered}).run()
        now = clock()
        due = [one for one in remembered if one.is_due(now)]
        again = imap_refetch.read_again(session, due[: imap_refetch.AT_ONCE], keep, now)
    new = sum(one.kept.new for one in again if one.kept)
    return Polled(polled.letters, polled.new + new, polled.position, session.faults)


def check(mailbox: Mailbox, tokens: AccessTokens | None = None) -> str:
    """Log in and look, changing nothing: one sentence. Raises TryLater or Refused."""
    with ImapSession(mailbox, readonly=True, tokens=tokens) as session:
        return f"{session.where}: logged in as {mailbox.user}, {mailbox.folder} has {session.letters} letters"


class _Look:
    """One run through what is new in a folder.

    A letter that cannot be read is held until one above it could be: then the server works, and the
    letter is passed over. Until then the position stays below it.
    """

    def __init__(
        self,
        session: ImapSession,
        position: Position,
        keep: Keep,
        clock: Callable[[], datetime],
        passed_over: set[int],
    ) -> None:
        self._session = session
        self._reader = Reader(session)
        self._mailbox = session.mailbox
        self._stored = position
        self._last = position.last_uid if _holds(position, session) else 0
        self._safe = 0
        self._keep = keep
        self._clock = clock
        self._passed_over = passed_over
        self._held: list[Passed] = []
        self._letters = 0
        self._new = 0

    def run(self) -> Polled:
        found = listing(self._session, self._last if self._mailbox.after == "seen" else 0)
        self._safe = found.safe
        uids = [uid for uid in sorted(found.sizes) if uid not in self._passed_over]
        for first in range(0, len(uids), self._mailbox.batch):
            if self._session.is_long:
                break
            batch = uids[first : first + self._mailbox.batch]
            for read in self._reader.groups({uid: found.sizes[uid] for uid in batch}):
                self._take(read)
                if len(self._held) > MOST_HELD:
                    self._try(uids[-1], found.sizes)
        self._end(found.unlisted)
        return Polled(self._letters, self._new, self._stored, self._session.faults)

    def _take(self, read: Read) -> None:
        """Commit these letters; only then touch them in the mailbox."""
        self._held += [one for one in read.passed if one.kind == UNREAD]
        others = [one for one in read.passed if one.kind != UNREAD]
        released = self._release(max(read.bodies, default=0))
        self._commit(read.top, read.bodies, [*released, *others])
        whole = sorted(read.bodies.keys() - {one.uid for one in others if one.kind == SHORT})
        if whole:
            self._session.settle(whole)

    def _release(self, below: int) -> list[Passed]:
        released = [one for one in self._held if one.uid < below]
        self._held = [one for one in self._held if one.uid >= below]
        return released

    def _try(self, newest: int, sizes: Mapping[int, int | None]) -> None:
        """So many in a row: is it they, or the server? It is they if the newest letter can be read."""
        (read,) = self._reader.groups({newest: sizes[newest]})
        if not read.bodies:
            raise self._refusal()
        self._commit(self._held[-1].uid, {}, self._release(newest))

    def _end(self, unlisted: str) -> None:
        if self._held and (not self._letters or len(self._held) > MOST_AT_THE_END):
            raise self._refusal()
        if self._held:
            self._commit(self._held[-1].uid, {}, self._release(self._held[-1].uid + 1))
        if unlisted:
            raise self._session.trouble(unlisted)

    def _refusal(self) -> TryLater:
        first, number = self._held[0], len(self._held)
        if number == 1:
            return self._session.trouble(sentence("mailbox-letter-unread", uid=first.uid, why=first.reason))
        several = sentence("mailbox-letters-unread", count=number, uid=first.uid, why=first.reason)
        return self._session.trouble(several)

    def _commit(self, top: int, bodies: Mapping[int, bytes], passed: Sequence[Passed]) -> None:
        """The position never goes back, and never past a letter of which nothing is known yet."""
        reach = min(top, self._safe, self._held[0].uid - 1 if self._held else top)
        self._last = max(self._last, reach)
        position = Position(self._session.uidvalidity, self._last)
        if not bodies and not passed and (position == self._stored or not self._last):
            return
        now = self._clock()
        letters = {uid: NewLetter(self._mailbox.name, bodies[uid], now) for uid in sorted(bodies)}
        place = FolderPlace(self._mailbox.name, self._mailbox.folder, position.uidvalidity)
        kept = self._keep(Batch(place, position.last_uid, now, letters, passed))
        self._stored = position
        self._letters += len(kept)
        self._new += sum(letter.new for letter in kept)


def _holds(position: Position, session: ImapSession) -> bool:
    """Does the position still mean anything? A UID once given out is below every later UIDNEXT (RFC 3501
    section 2.3.1.1), so where it is not, the position or the folder was another's: all is read again."""
    same = position.uidvalidity == session.uidvalidity
    return same and not 0 < session.uidnext <= position.last_uid
