"""What was said to us before, found by its stored name and time, never by reading through all of it.

``about`` is what a message calls its transaction, and ``sent_at`` and ``original_sent_at`` are its service
times (ISO 10161-1), all as the letter has them and cut to ``LONGEST``: they find few rows, which the caller
compares in full.
"""

from typing import Any

from sqlalchemy import Connection, Integer, bindparam, case, func, select, text, union_all

from mailproc.ill.apdu_json import ApduJson
from mailproc.store.letters import INBOX
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.rows import Event
from mailproc.store.tables import UNPLACED, EventRow

EVENT = table_of(EventRow)

LONGEST = 200
"""Characters of a key: PostgreSQL's indexes hold 2,700 octets."""
HANDFUL = 25
"""Messages of one name, or of one time, that are looked at: what one letter holds at most."""

_THIS_LETTER = INBOX.alias("this_letter")
_THAT_LETTER = INBOX.alias("that_letter")
OF_THE_SAME_SENDER = (
    select(_THAT_LETTER.c.id)
    .join(_THIS_LETTER, _THIS_LETTER.c.taken_from == _THAT_LETTER.c.taken_from)
    .where(_THAT_LETTER.c.id == EVENT.c.inbox_id, _THIS_LETTER.c.id == bindparam("inbox_id"))
    .exists()
)
"""Who had a request before it was passed on may still speak in it, but not in the new one's place."""

_UNPLACED = Constant(
    select(EVENT)
    .where(
        text(UNPLACED),  # said as the index says it, or SQLite looks through all that waits
        EVENT.c.partner == bindparam("partner"),
        EVENT.c.about == bindparam("about"),
        EVENT.c.apdu.is_not(None),
    )
    .order_by(case((EVENT.c.type == "CANCEL", 0), else_=1), EVENT.c.id)  # of many, what stops it counts most
    .limit(bindparam("most", type_=Integer)),
    Event,
)
_EARLIER = (
    EVENT.c.transaction_id == bindparam("transaction_id"),
    EVENT.c.type == bindparam("type"),
    EVENT.c.cause == "letter",
    EVENT.c.state == "done",
    EVENT.c.id != bindparam("event_id"),
    OF_THE_SAME_SENDER,
)
_MOST: Any = bindparam("most", type_=Integer)
_NAMED_SO = union_all(
    *(
        select(select(EVENT.c.id).where(*_EARLIER, time).order_by(EVENT.c.id).limit(_MOST).subquery().c.id)
        for time in (
            EVENT.c.sent_at == bindparam("sent_at"),
            EVENT.c.sent_at == bindparam("original_sent_at"),
            EVENT.c.original_sent_at == bindparam("sent_at"),
            EVENT.c.original_sent_at == bindparam("original_sent_at"),
        )
    )
)
"""A branch for each time, and not one OR: each walks its index and stops early."""
_AT_ITS_TIME = Constant(select(EVENT.c.apdu).where(EVENT.c.id.in_(_NAMED_SO)).order_by(EVENT.c.id))
_COUNT = Constant(select(func.count().label("count")).select_from(EVENT).where(*_EARLIER))


def keys(apdu: ApduJson | None) -> dict[str, str]:
    """The columns by which the message is found: about, sent_at, original_sent_at. ``apdu``: its JSON."""
    said: ApduJson = apdu or {}
    times = {name: str(said.get(name) or "")[:LONGEST] for name in ("sent_at", "original_sent_at")}
    return times | {"about": _about(said) if said else ""}


def _about(said: ApduJson) -> str:
    if (named := said.get("transaction")) is not None:
        return f"{named.get('tgq', '')}/{named.get('tq', '')}"[:LONGEST]
    ref = said.get("ref") or {}
    return f"{ref.get('number', '').upper()}/{ref.get('customer_code', '')}"[:LONGEST]


def unplaced(connection: Connection, partner: str, apdu: ApduJson) -> list[Event]:
    """Messages of ``partner`` on the shelf that belong to no transaction (yet) and call it as ``apdu`` (its
    JSON) does: ``HANDFUL`` at most, what asks to stop it first, then the oldest."""
    values = {"partner": partner, "about": keys(apdu)["about"], "most": HANDFUL}
    return _UNPLACED.rows(connection, values)


def at_its_time(connection: Connection, transaction_id: int, event: Event) -> list[ApduJson]:
    """The JSON of APDUs of the kind of ``event`` that letters of its sender brought before, oldest first,
    which share a service time with it; ``HANDFUL`` for each of the two times and its two meanings."""
    times = keys(event.apdu)
    times["original_sent_at"] = times["original_sent_at"] or times["sent_at"]
    values = _of(transaction_id, event) | times | {"most": HANDFUL}
    return [row["apdu"] for row in _AT_ITS_TIME.rows(connection, values)]


def count(connection: Connection, transaction_id: int, event: Event) -> int:
    """How many APDUs of the kind of ``event`` letters of its sender brought before; not its own."""
    return int(_COUNT.scalar(connection, _of(transaction_id, event)))


def _of(transaction_id: int, event: Event) -> dict[str, Any]:
    return {
        "transaction_id": transaction_id,
        "type": event.type,
        "event_id": event.id,
        "inbox_id": event.inbox_id,
    }
