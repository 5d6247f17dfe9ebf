"""Reads again what an earlier look passed over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailproc.config import Mailbox
from mailproc.store.inbox import Kept, NewLetter
from mailproc.store.mailboxes import Batch
from mailproc.store.passed_over import GONE, SHORT, Passed, Place, Remembered
from mailproc.transport.imap_reading import Read, Reader
from mailproc.transport.imap_session import ImapSession

AT_ONCE = 200
"""Letters read again in one look."""
IS_GONE = "it is no longer on the server"


@dataclass(frozen=True)
class Outcome:
    """Of one letter: its inbox row, or why there is none. ``over``: it is no longer on the list."""

    uid: int
    kept: Kept | None
    reason: str
    over: bool


def fetch(
    mailbox: Mailbox,
    wanted: Callable[[int], Sequence[Remembered]],
    keep: Callable[[Batch], list[Kept]],
    now: datetime,
) -> list[Outcome]:
    """Read again what staff ask for; ``wanted`` names it, given the folder's UIDVALIDITY. Raises TryLater."""
    with ImapSession(mailbox, careful=True) as session:
        return read_again(session, wanted(session.uidvalidity), keep, now, asked=True)


def read_again(
    session: ImapSession,
    letters: Sequence[Remembered],
    keep: Callable[[Batch], list[Kept]],
    now: datetime,
    *,
    asked: bool = False,
) -> list[Outcome]:
    """Read these; what came is kept, settled and off the list. What two looks in a row do not find is gone,
    or one that staff have ``asked`` for."""
    if not letters:
        return []
    mailbox = session.mailbox
    place = Place(mailbox.name, mailbox.folder, session.uidvalidity)
    here = session.present([one.uid for one in letters])
    outcomes = _away(place, [one for one in letters if one.uid not in here], keep, now, asked=asked)
    reader = Reader(session)
    for read in reader.groups(reader.sizes([one.uid for one in letters if one.uid in here])):
        outcomes += _keep(place, read, keep, now)
        if read.bodies:
            session.settle(sorted(read.bodies))
    return sorted(outcomes, key=lambda one: one.uid)


def _away(
    place: Place,
    letters: Sequence[Remembered],
    keep: Callable[[Batch], list[Kept]],
    now: datetime,
    *,
    asked: bool,
) -> list[Outcome]:
    if not letters:
        return []
    gone = [one.uid for one in letters if asked or one.kind == GONE]
    passed = [Passed(one.uid, GONE, IS_GONE) for one in letters if one.uid not in gone]
    keep(Batch(place, None, now, passed=passed, gone=gone))
    return [Outcome(one.uid, None, IS_GONE, over=one.uid in gone) for one in letters]


def _keep(place: Place, read: Read, keep: Callable[[Batch], list[Kept]], now: datetime) -> list[Outcome]:
    letters = {uid: NewLetter(place.mailbox, read.bodies[uid], now) for uid in sorted(read.bodies)}
    passed = [one for one in read.passed if one.kind != SHORT]  # what comes short twice is as long as it is
    kept = keep(Batch(place, None, now, letters, passed))
    outcomes = [Outcome(uid, row, "", over=True) for uid, row in zip(letters, kept, strict=True)]
    return outcomes + [Outcome(one.uid, None, one.reason, over=False) for one in passed]
