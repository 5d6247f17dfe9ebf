"""What a received letter did: the events that it wrote, and the request that they are about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, bindparam, select

from mailproc.ill.facts import Facts
from mailproc.store import letters
from mailproc.store.prepared_statements import Constant, made, table_of
from mailproc.store.rows import Event, TransactionOptions
from mailproc.store.tables import EventRow, InboxRow, TransactionRow

EVENT, INBOX, TRANSACTION = table_of(EventRow), table_of(InboxRow), table_of(TransactionRow)
_OF_LETTER = Constant(
    select(EVENT.c.state, EVENT.c.facts, TRANSACTION.c.options)
    .select_from(EVENT.outerjoin(TRANSACTION, EVENT.c.transaction_id == TRANSACTION.c.id))
    .where(EVENT.c.inbox_id == bindparam("inbox_id"))
    .order_by(EVENT.c.position)
    .limit(1)
)
_READ = select(INBOX.c.id).where(INBOX.c.id.in_(bindparam("ids", expanding=True)), INBOX.c.state != "todo")


@dataclass(frozen=True)
class LetterEffect:
    """What became of a letter with one message.

    ``waits``: it is not read, or its step not taken yet. ``taken``: it had its effect. ``number``: of the
    request's order on the wire; ``refused``: the words with which a rule refused it at once; ``number_used``:
    another letter has its name.
    """

    waits: bool = False
    taken: bool = False
    number: str = ""
    refused: str = ""
    number_used: bool = False


def which_are_read(connection: Connection, inbox_ids: Collection[int]) -> list[int]:
    """Return those of the letters that were read; the steps of their events may wait."""
    return list(connection.execute(_READ, {"ids": list(inbox_ids)}).scalars())


def of_letter(connection: Connection, inbox_id: int) -> LetterEffect:
    """Return what the letter did; of a copy, what the first one did."""
    row = letters.record(connection, inbox_id)
    if row is None:
        return LetterEffect()
    if row.state == "done" and not row.taken_from:
        first = letters.earlier_copy(connection, row.partner, row.digest, row.message_id, row.content_digest)
        return LetterEffect() if first is None else _of_event(connection, first)
    if row.state == "shelved":
        other = letters.other_content(connection, row.partner, row.message_id, row.content_digest)
        return LetterEffect(number_used=other is not None)
    return LetterEffect(waits=True) if row.state == "todo" else _of_event(connection, inbox_id)


def _of_event(connection: Connection, inbox_id: int) -> LetterEffect:
    found = next(iter(_OF_LETTER.rows(connection, {"inbox_id": inbox_id})), None)
    if found is None:
        return LetterEffect()
    facts = cast(Facts, found["facts"] or {})
    options = cast(TransactionOptions, found["options"] or {})
    done = found["state"] == "done"
    words = facts["refused"]["note"] if "refused" in facts else ""
    return LetterEffect(found["state"] == "todo", done and not words, options.get("number", ""), words)


def due_of_letter(connection: Connection, inbox_id: int, most: int) -> Sequence[Event]:
    """Return the messages of a letter that wait for their step, in their order."""
    waits = (EVENT.c.inbox_id == inbox_id, EVENT.c.state == "todo")
    statement = select(EVENT).where(*waits).order_by(EVENT.c.position).limit(most)
    return made(Event, connection.execute(statement))
