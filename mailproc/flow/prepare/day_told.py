"""A letter that would tell a reader a day once more: several changes of a due date were told by one letter.

They come together after the service was down, or when staff correct the date before a letter has left.
"""

from sqlalchemy import Connection

from mailproc.flow.prepare.notice_context import Addressed
from mailproc.mail.parse import parse
from mailproc.notices.patron import PatronDueCorrected, PatronRenewed
from mailproc.sentence import sentence
from mailproc.store import events, letters_to_reader
from mailproc.store.intent_bodies import NoticeToReader
from mailproc.store.rows import Intent

TELL_A_DAY = frozenset({"patron/arrived", "patron/renewed", "patron/due_corrected"})
"""Letters that say until when the reader may keep it."""
KNOWN = sentence("reader-knows-day")


def is_known(connection: Connection, intent: Intent, who: Addressed) -> bool:
    """Return whether the last letter, written after the change, says the day already.

    The letter itself is read: what it says is what the reader knows.
    """
    content, body = who.content, intent.body
    if not isinstance(content, PatronRenewed | PatronDueCorrected) or not content.due:
        return False
    if not isinstance(body, NoticeToReader) or body.note or intent.transaction_id is None:
        return False
    event = events.load(connection, intent.event_id)
    if event is None:
        return False
    last = letters_to_reader.last_since(connection, intent.transaction_id, TELL_A_DAY, event.at)
    return last is not None and content.due in parse(last.raw).text
