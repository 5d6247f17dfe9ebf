"""A letter to staff: what it is about, and the only way to order one.

The stations for people (``prepare/notices.py``, ``prepare/notice_context.py``) write it.
"""

from sqlalchemy import Connection

from mailproc.store import events, outgoing, traces
from mailproc.store.events import NewEvent
from mailproc.store.intent_bodies import NoticeToStaff, StaffFacts

ATTENTION, DIGEST = "staff/attention", "staff/digest"


def notify_staff(connection: Connection, event: NewEvent, facts: StaffFacts, notice: str = ATTENTION) -> None:
    """Record what happened outside any request, and a letter to staff about it, in the caller's commit."""
    event_id = events.add(connection, event)
    begun_by = f"E{event_id}" if event.inbox_id is None else traces.of_letter(event.inbox_id)
    outgoing.add_intent(
        connection,
        NoticeToStaff(notice, facts),
        event_id=event_id,
        seq=0,
        trace=begun_by,
        partner=event.partner,
    )
