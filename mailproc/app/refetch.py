"""Read passed-over letters of a mailbox again when staff ask for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mailproc.app.polling import keeper
from mailproc.config import Mailbox
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.log import following
from mailproc.office.mailroom.incoming import known_mailbox
from mailproc.sentence import sentence
from mailproc.store import skipped_letters
from mailproc.store.engine import Store
from mailproc.store.skipped_letters import UNREAD, Remembered
from mailproc.transport import access_tokens, imap_refetch


@dataclass(frozen=True)
class Fetched:
    """Of one UID: the letter's id ("I12") and whether it is new here, or why there is none."""

    uid: int
    id: str
    new: bool
    reason: str


def fetch(store: Store, context: Context, name: str, uids: Sequence[int]) -> list[Fetched]:
    """Read these letters of the mailbox again; without UIDs all that were passed over.

    The position stays where it is. The service may be looking at the same time: a letter that both read is
    one row of the inbox. Raises LocalFault, TryLater.
    """
    mailbox = _mailbox(context, name)
    now = context.clock()
    with store.read() as connection:
        remembered = skipped_letters.of(connection, mailbox.name, mailbox.folder)

    def wanted(uidvalidity: int) -> Sequence[Remembered]:
        here = {one.uid: one for one in remembered.get(uidvalidity, ())}
        asked: Collection[int] = dict.fromkeys(uids) or here
        return [here.get(uid) or Remembered(uid, UNREAD, "", now, 0, now) for uid in asked]

    with following(mailbox.name):
        largest = context.config.listen.max_size
        tokens = access_tokens.of_mailbox(mailbox, context.config, context.clock, insists=True)
        outcomes = imap_refetch.fetch(
            mailbox, wanted, keeper(store, context), now, largest=largest, tokens=tokens
        )
    return [
        Fetched(
            one.uid, f"I{one.kept.inbox_id}" if one.kept else "", bool(one.kept and one.kept.new), one.reason
        )
        for one in outcomes
    ]


def _mailbox(context: Context, name: str) -> Mailbox:
    if not name:
        raise LocalFault(sentence("which-mailbox"))
    known_mailbox(context.config, name)
    return next(mailbox for mailbox in context.config.mailbox if mailbox.name == name)
