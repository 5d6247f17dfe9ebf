"""Reads again what an earlier look passed over."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailproc.config import Mailbox
from mailproc.mail.letter import LARGEST
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.store.mailboxes import Batch
from mailproc.store.skipped_letters import GONE, SHORT, UNREAD, FolderPlace, Passed, Remembered
from mailproc.transport.access_tokens import AccessTokens
from mailproc.transport.imap_reading import Read, Reader
from mailproc.transport.imap_session import ImapSession

AT_ONCE = 200
"""Letters read again in one look."""
SHORT_TRIES = 3  # what comes short so often is as long as it is: not every server can count
IS_GONE = "it is not on the server"


@dataclass(frozen=True)
class FetchOutcome:
    """Of one letter: its inbox row, or why there is none."""

    uid: int
    kept: StoredLetter | None
    reason: str


def fetch(
    mailbox: Mailbox,
    wanted: Callable[[int], Sequence[Remembered]],
    keep: Callable[[Batch], list[StoredLetter]],
    now: datetime,
    *,
    largest: int = LARGEST,
    tokens: AccessTokens | None = None,
) -> list[FetchOutcome]:
    """Read again what staff ask for; ``wanted`` names it, given the folder's UIDVALIDITY. Raises TryLater."""
    with ImapSession(mailbox, careful=True, largest=largest, tokens=tokens) as session:
        return read_again(session, wanted(session.uidvalidity), keep, now, asked=True)


def read_again(
    session: ImapSession,
    letters: Sequence[Remembered],
    keep: Callable[[Batch], list[StoredLetter]],
    now: datetime,
    *,
    asked: bool = False,
) -> list[FetchOutcome]:
    """Read these; what came is kept, settled and off the list.

    Gone is what two looks in a row, or one that staff have ``asked`` for, find neither by search nor by size.
    """
    if not letters:
        return []
    mailbox = session.mailbox
    place = FolderPlace(mailbox.name, mailbox.folder, session.uidvalidity)
    reader = Reader(session)
    uids = [one.uid for one in letters]
    sizes = reader.sizes(uids)
    here = session.present(uids) | {uid for uid, size in sizes.items() if size is not None}
    outcomes = _away(place, [one for one in letters if one.uid not in here], keep, now, asked=asked)
    settled = {one.uid for one in letters if asked or one.attempts + 1 >= SHORT_TRIES}
    for read in reader.groups({uid: sizes[uid] for uid in here}):
        passed = list(_still(read, settled))
        outcomes += _keep(place, read, passed, keep, now)
        if whole := sorted(read.bodies.keys() - {one.uid for one in passed}):
            session.settle(whole)
    return sorted(outcomes, key=lambda one: one.uid)


def _away(
    place: FolderPlace,
    letters: Sequence[Remembered],
    keep: Callable[[Batch], list[StoredLetter]],
    now: datetime,
    *,
    asked: bool,
) -> list[FetchOutcome]:
    if not letters:
        return []
    gone = [one.uid for one in letters if asked or one.kind == GONE]
    passed = [Passed(one.uid, GONE, IS_GONE) for one in letters if one.uid not in gone]
    keep(Batch(place, None, now, passed=passed, gone=gone))
    return [FetchOutcome(one.uid, None, IS_GONE) for one in letters]


def _still(read: Read, settled: Collection[int]) -> Iterator[Passed]:
    """What stays on the list. ``settled``: letters that need not be longer than they came."""
    for one in read.passed:
        if one.kind == GONE:  # it was there a moment ago
            yield Passed(one.uid, UNREAD, "the server names it and does not give it")
        elif one.kind != SHORT or one.uid not in settled:
            yield one


def _keep(
    place: FolderPlace,
    read: Read,
    passed: Sequence[Passed],
    keep: Callable[[Batch], list[StoredLetter]],
    now: datetime,
) -> list[FetchOutcome]:
    letters = {uid: NewLetter(place.mailbox, read.bodies[uid], now) for uid in sorted(read.bodies)}
    kept = keep(Batch(place, None, now, letters, passed))
    outcomes = [FetchOutcome(uid, row, "") for uid, row in zip(letters, kept, strict=True)]
    return outcomes + [FetchOutcome(one.uid, None, one.reason) for one in passed if one.uid not in letters]
