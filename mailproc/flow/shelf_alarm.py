"""What staff are told of a letter that nobody could place, or that could be read in part only, and how often.

Of what strangers send one letter an hour goes to staff, over all of them; the rest stands in the next one as
a count. What a proven partner sends is bounded apart (``ceiling``), so that no flood of strangers hides it.
Nothing is lost: all of it lies on the shelf, where the lists and the day's letter show it.
"""

from typing import Any

from sqlalchemy import Connection

from mailproc.flow.premises import Premises
from mailproc.flow.reading import Reading
from mailproc.store import alarms, events, outgoing
from mailproc.store.alarms import HOUR
from mailproc.store.events import NewEvent
from mailproc.store.text import storable

UNKNOWN = "unknown-reference"
STRANGERS = "strangers"
"""The kind of alarm that counts what nobody who is proven has sent."""


def tell_staff(connection: Connection, reading: Reading, reason: str, why: str, premises: Premises) -> None:
    """In the commit that puts it on the shelf: a letter to staff, at most one a day for each sender and
    reason; about what names nothing that we know, one a day of all."""
    facts = {"reasons": [reason], "letter": f"I{reading.inbox_id}", "note": why}
    more = _of_a_partner if reading.proof else _of_a_stranger
    untold = more(connection, reading, reason, premises)
    if untold is not None:
        _intend(connection, reading, facts | untold)


def _of_a_partner(
    connection: Connection, reading: Reading, reason: str, premises: Premises
) -> dict[str, Any] | None:
    return {} if _is_new(connection, reading, reason, premises) else None


def _of_a_stranger(
    connection: Connection, reading: Reading, reason: str, premises: Premises
) -> dict[str, Any] | None:
    """What else strangers have sent since the last letter about it; None where there is to be none now."""
    now = premises.clock()
    turn = alarms.turn(connection, STRANGERS, "", now, most=1, within=HOUR)
    if not turn.free or not _is_new(connection, reading, reason, premises):
        alarms.count(connection, STRANGERS, "", now)
        return None
    alarms.take(connection, turn, now)
    return turn.facts()


def _is_new(connection: Connection, reading: Reading, reason: str, premises: Premises) -> bool:
    """What somebody sends under a partner's address is no word of the partner's, and silences none."""
    who = reading.partner.symbol if reading.partner else reading.letter.sender
    about = "" if reason == UNKNOWN else storable(who)[:250]
    kind = reason if reading.proof else f"{reason}, of a stranger"
    return alarms.raise_once(connection, kind, about, premises.clock())


def _intend(connection: Connection, reading: Reading, facts: dict[str, Any]) -> None:
    symbol = reading.partner.symbol if reading.partner else ""
    event = NewEvent(
        cause="letter",
        type="SHELVED",
        at=reading.received_at,
        inbox_id=reading.inbox_id,
        partner=symbol,
        state="done",
    )
    body = {"notice": "staff/attention", "to": "staff", "facts": facts}
    event_id = events.add(connection, event)
    outgoing.add_intent(connection, event_id=event_id, seq=0, kind="notice", body=body, partner=symbol)
