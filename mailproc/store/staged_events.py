"""Hold the events of a letter of thousands of messages until the whole letter is written.

They are written in portions, each in a commit of its own, in state ``staged``. No other statement looks at
such rows. When their letter had its effect they are released, in portions again, into the state in which they
were created. If their letter has no effect they are deleted.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, case, literal, select

from mailproc.store import events
from mailproc.store.events import EVENT, NewEvent
from mailproc.store.letters import INBOX
from mailproc.store.prepared_statements import Constant

STAGED = "staged"


_IS_TAKEN = INBOX.c.taken_from != ""


def _staged(of_letters: ColumnElement[bool]) -> Select[Any]:
    """Select the ids of the oldest staged events of such letters, in the order of the queue."""
    return (
        select(EVENT.c.id)
        .join(INBOX, INBOX.c.id == EVENT.c.inbox_id)
        .where(EVENT.c.state == STAGED, of_letters)
        .order_by(EVENT.c.not_before, EVENT.c.id)
        .limit(bindparam("most", type_=Integer))
    )


# A shelved event has a reason, and no other new event has one.
_RELEASE = Constant(
    EVENT.update()
    .where(EVENT.c.id.in_(_staged(_IS_TAKEN)))
    .values(state=case((EVENT.c.last_error == literal(""), "todo"), else_="shelved"))
)
_DELETE = Constant(EVENT.delete().where(EVENT.c.id.in_(_staged(~_IS_TAKEN))))


def add_all(connection: Connection, new: Sequence[NewEvent]) -> None:
    """Store the events as staged."""
    events.add_all(connection, [replace(event, state=STAGED) for event in new])


def release(connection: Connection, most: int) -> int:
    """Release at most ``most`` events whose letter had its effect; return how many."""
    return _RELEASE.count(connection, {"most": most})


def delete(connection: Connection, most: int) -> int:
    """Delete at most ``most`` events whose letter had no effect; return how many."""
    return _DELETE.count(connection, {"most": most})
