"""The letters and messages that staff may still assign: what is shelved, or was dismissed."""

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.office.queries.letters import not_on_the_shelf
from mailproc.sentence import sentence
from mailproc.store import events, letters
from mailproc.store.rows import Event, InboxRecord


def letter(connection: Connection, inbox_id: int) -> InboxRecord:
    """Return the letter. Raise LocalFault if it is neither shelved nor dismissed."""
    row = letters.record(connection, inbox_id)
    if row is None or row.state not in letters.PLACEABLE:
        raise nowhere(connection, f"I{inbox_id}")
    return row


def message(connection: Connection, event_id: int) -> Event:
    """Return the message. Raise LocalFault if it is neither shelved nor dismissed, or was never read."""
    event = events.load(connection, event_id)
    if event is None or event.state not in letters.PLACEABLE:
        raise nowhere(connection, f"E{event_id}")
    if event.type == "UNREADABLE":
        raise LocalFault(
            sentence("message-unreadable", number=event_id),
            (f"mailproc letter E{event_id}", f"mailproc dismiss E{event_id}"),
        )
    return event


def nowhere(connection: Connection, name: str) -> LocalFault:
    """Return why nothing can be done with what lies elsewhere."""
    return not_on_the_shelf(connection, name, "not-on-shelf-nor-away")
