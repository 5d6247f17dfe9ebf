"""Our letters about a request, and what its reader was not told. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, select

from mailproc.office.queries import answered
from mailproc.sentence import Note, note
from mailproc.store import letters_before_order, outgoing
from mailproc.store.prepared_statements import made
from mailproc.store.rows import Intent, SaidIntent, Transaction


@dataclass(frozen=True)
class LetterAbout:
    """A letter of ours in which the request is spoken of. ``answered``: it lies in the folder, and what it
    says was answered."""

    id: str
    state: str
    subject: str
    rcpt_to: str
    prepared_at: datetime
    answered: bool


@dataclass(frozen=True)
class Untold:
    """A notice ("patron/unfilled") for which no letter was written."""

    notice: str
    why: Note


def letters(
    connection: Connection, request_id: int, attempts: Sequence[Transaction], *, submitted: bool
) -> list[LetterAbout]:
    """Return our letters about these attempts; ``submitted``: and those from before it was ordered."""
    ids = [attempt.id for attempt in attempts]
    intents, letters = outgoing.INTENT, outgoing.OUTGOING
    spoken = select(intents).where(intents.c.transaction_id.in_(ids), intents.c.outgoing_id.is_not(None))
    rows: list[Intent | SaidIntent] = [
        *made(Intent, connection.execute(spoken.order_by(intents.c.outgoing_id)))
    ]
    if submitted:
        before = letters_before_order.intents(connection, request_id)
        rows = [*(one for one in before if one.outgoing_id is not None), *rows]
    by_letter = {number: list(said) for number, said in groupby(rows, key=attrgetter("outgoing_id"))}
    columns = (letters.c.id, letters.c.state, letters.c.subject, letters.c.rcpt_to, letters.c.prepared_at)
    statement = select(*columns).where(letters.c.id.in_(by_letter)).order_by(letters.c.id)
    return [
        LetterAbout(
            f"O{row.id}",
            row.state,
            row.subject,
            row.rcpt_to,
            row.prepared_at,
            row.state == "filed" and answered.answered(connection, by_letter[row.id]),
        )
        for row in connection.execute(statement)
    ]


def untold(connection: Connection, request_id: int, attempts: Sequence[Transaction]) -> list[Untold]:
    """Return what the reader was not told."""
    before = letters_before_order.intents(connection, request_id)
    unwritten = [
        *(one for one in before if one.state == "withdrawn" and one.outgoing_id is None and one.last_error),
        *outgoing.unwritten(connection, [attempt.id for attempt in attempts]),
    ]
    return [Untold(one.notice.name, note(one.last_error)) for one in unwritten]
