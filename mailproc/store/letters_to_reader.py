"""Letters to the reader of a request, and from the reader.

Whether one has still to leave; and how they go when nobody may know any more who the reader was.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Connection, RowMapping, and_, bindparam, func, select

from mailproc.store import letter_bytes, outgoing
from mailproc.store.events import EVENT
from mailproc.store.intent_bodies import IntentBody, name_of
from mailproc.store.letters import DISMISSED
from mailproc.store.letters_before_order import OF_REQUEST
from mailproc.store.outgoing import INTENT, OUTGOING, PRINTED, TO_PRINT
from mailproc.store.prepared_statements import Constant, one_of, table_of
from mailproc.store.rows import OutgoingLetter
from mailproc.store.tables import InboxRow, TransactionRow

OVER = ("handed_over", "filed", "bounced", "dismissed", "withdrawn", "shelved", PRINTED)
"""States of a letter that will not leave by itself, or has left."""
UNWRITTEN = ("todo", "held")
"""States of an intent of which no letter was made yet."""
UNSENT = ("prepared", "sending", "held", "in_doubt", TO_PRINT)
_TRANSACTION = table_of(TransactionRow)
_INBOX = table_of(InboxRow)
_TO_READER = and_(INTENT.c.kind == "notice", INTENT.c.body["to"].as_string() == "patron")
_OF_ATTEMPTS = INTENT.c.transaction_id.in_(
    select(_TRANSACTION.c.id).where(_TRANSACTION.c.request_id == bindparam("request_id"))
)
_OF = (_OF_ATTEMPTS, OF_REQUEST)
"""Conditions on an intent of a request: of its attempts, and from before it was ordered."""
_LETTERS = tuple(
    Constant(
        select(INTENT.c.body, OUTGOING.c.id, OUTGOING.c.state, OUTGOING.c.prepared_at, OUTGOING.c.archived)
        .select_from(INTENT.join(OUTGOING, OUTGOING.c.id == INTENT.c.outgoing_id))
        .where(of, _TO_READER)
    )
    for of in _OF
)
_UNWRITTEN = tuple(
    Constant(select(INTENT.c.id).where(of, _TO_READER, one_of(INTENT.c.state, UNWRITTEN)).limit(1))
    for of in _OF
)
_NOTICES = Constant(
    select(INTENT.c.body, INTENT.c.state, OUTGOING.c.state.label("letter_state"), OUTGOING.c.handed_over_at)
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(
        INTENT.c.transaction_id == bindparam("transaction_id"),
        _TO_READER,
        INTENT.c.state != "withdrawn",
    )
    .order_by(INTENT.c.id.desc())
)
_UNADDRESS = Constant(
    OUTGOING.update()
    .where(OUTGOING.c.id == bindparam("row_id"))
    .values(rcpt_to=bindparam("nobody"), reply=bindparam("nothing"), last_error=bindparam("no_error"))
)
_SETTLE = Constant(
    OUTGOING.update()
    .where(OUTGOING.c.id == bindparam("row_id"), one_of(OUTGOING.c.state, ("shelved", "bounced")))
    .values(state=DISMISSED)
)
"""Nobody can send it again any more."""
_SENDER = func.coalesce(func.nullif(_INBOX.c.mail_from, ""), _INBOX.c.said_from)
"""Of a letter that was taken from a mailbox it is what From says."""
_RECEIVED = Constant(
    select(_INBOX.c.id, _SENDER.label("sender"))
    .join(EVENT, EVENT.c.inbox_id == _INBOX.c.id)
    .join(_TRANSACTION, _TRANSACTION.c.id == EVENT.c.transaction_id)
    .where(_TRANSACTION.c.request_id == bindparam("request_id"))
    .order_by(_INBOX.c.id)
)
_UNSIGN = Constant(
    _INBOX.update()
    .where(_INBOX.c.id == bindparam("row_id"))
    .values(
        mail_from=bindparam("nobody"),
        said_from=bindparam("unsaid"),
        proof_note=bindparam("nothing"),
        subject=bindparam("unsaid"),
        taken_from=bindparam("taken"),
    )
)


def last_left(
    connection: Connection, transaction_id: int, names: Collection[str], now: datetime
) -> datetime | None:
    """Return when the newest notice of one of these names left; ``now`` if it will leave by itself.

    None if there is none, or it waits for somebody.
    """
    written = _NOTICES.rows(connection, {"transaction_id": transaction_id})
    newest = next((row for row in written if name_of(row["body"]) in names), None)
    if newest is None:
        return None
    leaves = (newest["letter_state"] or newest["state"]) in ("todo", "prepared", "sending")
    left: datetime | None = newest["handed_over_at"]
    return now if leaves else left


def wait(connection: Connection, request_id: int) -> bool:
    """Return whether a letter to the reader has still to be written or to leave, or may not have arrived."""
    if any(each.rows(connection, {"request_id": request_id}) for each in _UNWRITTEN):
        return True
    return any(row["state"] in UNSENT for row in _letters(connection, request_id))


def _letters(connection: Connection, request_id: int) -> list[RowMapping]:
    """Return the letters to the reader that were written, by their ids."""
    rows = (row for each in _LETTERS for row in each.rows(connection, {"request_id": request_id}))
    return sorted(rows, key=itemgetter("id"))


@dataclass(frozen=True)
class WrittenToReader:
    """A letter to a reader that was written. ``body``: of its intent."""

    id: int
    body: IntentBody
    state: str
    prepared_at: datetime


def written(connection: Connection, request_id: int) -> list[WrittenToReader]:
    """Return the letters to the reader about the request, oldest first."""
    rows = _letters(connection, request_id)
    return [WrittenToReader(row["id"], row["body"], row["state"], row["prepared_at"]) for row in rows]


def last_since(
    connection: Connection, transaction_id: int, names: Collection[str], since: datetime
) -> OutgoingLetter | None:
    """Return the last letter about the transaction with one of these texts ("patron/arrived"), written at
    ``since`` or later and not withdrawn, with its bytes; None if there is none."""
    statement = (
        select(OUTGOING.c.id, INTENT.c.body)
        .join(INTENT, INTENT.c.outgoing_id == OUTGOING.c.id)
        .where(INTENT.c.transaction_id == transaction_id, INTENT.c.kind == "notice")
        .where(OUTGOING.c.prepared_at >= since, OUTGOING.c.state != "withdrawn")
        .order_by(OUTGOING.c.id.desc())
    )
    found = (row.id for row in connection.execute(statement) if name_of(row.body) in names)
    return next((outgoing.load(connection, one) for one in found), None)


def waiting(connection: Connection, request_id: int) -> dict[int, datetime]:
    """Return the ids of e-mails to the reader that are about to leave, and when each was written."""
    rows = _letters(connection, request_id)
    return {row["id"]: row["prepared_at"] for row in rows if row["state"] == "prepared"}


def count_deletable(connection: Connection, request_id: int) -> int:
    """Return how many letters ``erase`` would delete."""
    return sum(row["archived"] == 0 for row in _over(connection, request_id))


def erase(connection: Connection, request_id: int) -> Sequence[int]:
    """Delete the bytes of letters to the reader that will not leave any more, and to whom they went.

    Return their ids. The bytes of one that was archived stay in the archive; its id is not among them.
    """
    return erase_these(connection, [row["id"] for row in _over(connection, request_id)])


def erase_these(connection: Connection, ids: Sequence[int]) -> Sequence[int]:
    """The same of these letters, which are over."""
    gone = {"nobody": "", "nothing": "", "no_error": ""}
    _UNADDRESS.run_many(connection, [{"row_id": one} | gone for one in ids])
    _SETTLE.run_many(connection, [{"row_id": one} for one in ids])
    return letter_bytes.delete(connection, "O", OVER, ids) if ids else []


def _over(connection: Connection, request_id: int) -> list[RowMapping]:
    """Return the letters to the reader that will not leave any more."""
    rows = _letters(connection, request_id)
    return [row for row in rows if row["state"] in OVER]


def erase_from(connection: Connection, request_id: int, emails: Collection[str]) -> Sequence[int]:
    """Delete the bytes of the reader's own letters about a request, and from whom they came.

    ``emails``: the reader's addresses, in lower case. Return the letters' ids.
    """
    rows = _RECEIVED.rows(connection, {"request_id": request_id})
    ids = [row["id"] for row in rows if row["sender"].casefold() in emails]
    # Two letters of the same bytes must not become one: so each sender is another one.
    gone = {"nothing": None, "unsaid": "", "taken": "reader"}
    unsigned = [{"row_id": one, "nobody": f"reader of I{one}"} | gone for one in ids]
    _UNSIGN.run_many(connection, unsigned)
    return letter_bytes.delete(connection, "I", ("done", DISMISSED), ids) if ids else []
