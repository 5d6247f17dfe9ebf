"""Events by which staff attached a letter, or one message of it, to a request."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from mailproc.store import events
from mailproc.store.events import BY_HAND, EVENT
from mailproc.store.prepared_statements import Constant
from mailproc.store.rows import Event

MOST = 100
"""Of one letter; a whole one is attached as one message."""
_OF_LETTER = Constant(
    select(EVENT)
    .where(
        EVENT.c.inbox_id == bindparam("inbox_id"),
        EVENT.c.position.is_(None),  # what was read in the letter has one
        EVENT.c.state == "done",
    )
    .limit(MOST),
    Event,
)


def of_letter(connection: Connection, inbox_id: int) -> Sequence[Event]:
    """Return those of a whole letter, the newest first, also what was taken off again."""
    found = sorted(_OF_LETTER.rows(connection, {"inbox_id": inbox_id}), key=lambda one: -one.id)
    return [one for one in found if _is_attached(one) and (one.facts or {}).get(BY_HAND)]


def of_message(connection: Connection, event_id: int) -> Sequence[Event]:
    """Return the message E… itself if staff attached it; what was taken off lies there as another one."""
    event = events.load(connection, event_id)
    one_message = event is not None and event.state == "done" and not (event.facts or {}).get(BY_HAND)
    return [event] if event is not None and one_message and _is_attached(event) else []


def stands(connection: Connection, event: Event) -> bool:
    """Return whether it was not taken off again."""
    if event.transaction_id is None:
        return False
    return any(one.id == event.id for one in events.standing(connection, event.transaction_id))


def _is_attached(event: Event) -> bool:
    return bool((event.facts or {}).get("put_here"))
