"""Letters whose sender cannot be proven yet, as DNS gives no answer: they wait, they are not shelved."""

import logging
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.premises import Premises
from mailproc.flow.proving import NOTE
from mailproc.flow.reading import Reading
from mailproc.store import alarms, events, outgoing, queue
from mailproc.store.events import NewEvent
from mailproc.store.tables import InboxRow
from mailproc.store.text import storable

_log = logging.getLogger(__name__)

LONGEST = timedelta(minutes=30)
"""Between two tries. Asking costs us little, and who sent the letter waits."""
LASTING = timedelta(hours=1)
"""A letter that waits so long is told to staff."""


def defer(connection: Connection, reading: Reading, premises: Premises) -> None:
    """The letter stays ``todo`` and is read again after a pause."""
    now, why = premises.clock(), storable(f"the sender cannot be proven yet: {reading.later}")[:NOTE]
    _log.info("I%s deferred: %s", reading.inbox_id, why)
    queue.later(connection, InboxRow, reading.inbox_id, why, now, longest=LONGEST)
    if now - reading.received_at >= LASTING:
        _tell_staff(connection, reading, why, premises)


def _tell_staff(connection: Connection, reading: Reading, why: str, premises: Premises) -> None:
    """Once a day, however many letters wait: it is one trouble."""
    now = premises.clock()
    if not alarms.raise_once(connection, "no-dns", "", now):
        return
    event = NewEvent(cause="timer", type="NO_DNS", at=now, state="done", facts={"text": why})
    facts = {"reasons": ["no-dns"], "letter": f"I{reading.inbox_id}", "note": why}
    body = {"notice": "staff/attention", "to": "staff", "facts": facts}
    event_id = events.add(connection, event)
    outgoing.add_intent(connection, event_id=event_id, seq=0, kind="notice", body=body)
