"""Record in the history of a request what became of something that we had to say."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.facts import Facts
from mailproc.sentence import LONGEST, Part, shortened, stored
from mailproc.store import events
from mailproc.store.events import NewEvent
from mailproc.store.rows import Intent


def record(connection: Connection, intent: Intent, kind: str, why: Sequence[Part], context: Context) -> None:
    """Add an event of ``kind`` to the intent's transaction, with the words ``why``; nothing for no words."""
    if not why:
        return
    facts: Facts = {"text": "; ".join(map(str, why))[:LONGEST], "why": stored(*map(shortened, why))}
    event = NewEvent(
        cause="policy",
        type=kind,
        at=context.clock(),
        partner=intent.partner,
        transaction_id=intent.transaction_id,
        facts=facts | events.due_to_letters(connection, [intent.event_id]),
    )
    events.add(connection, event)
