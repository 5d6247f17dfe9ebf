"""Find earlier messages by their stored name and time, without reading through all of them.

``about`` is what a message calls its transaction; ``sent_at`` and ``original_sent_at`` are its service times
(ISO 10161-1). All are as in the letter, cut to ``LONGEST``: they find few rows, which the caller compares in
full.
"""

from typing import Any

from sqlalchemy import Connection, Integer, bindparam, case, func, select, text, union_all

from mailproc.ill.apdu_json import ApduJson
from mailproc.store import taken_back
from mailproc.store.letters import INBOX
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.rows import Event
from mailproc.store.tables import UNPLACED, EventRow

EVENT = table_of(EventRow)

LONGEST = 200
"""Characters of a key; PostgreSQL's indexes hold 2,700 octets."""
HANDFUL = 25
"""Messages with one name, or one time, that are read; one letter may hold more."""

_THIS_LETTER = INBOX.alias("this_letter")
_THAT_LETTER = INBOX.alias("that_letter")
OF_THE_SAME_SENDER = (
    select(_THAT_LETTER.c.id)
    .join(_THIS_LETTER, _THIS_LETTER.c.taken_from == _THAT_LETTER.c.taken_from)
    .where(_THAT_LETTER.c.id == EVENT.c.inbox_id, _THIS_LETTER.c.id == bindparam("inbox_id"))
    .exists()
)
"""A library that forwarded a request may still send messages about it, but not in place of the new one."""

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
    taken_back.stands(),
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
"""One branch for each time, not one OR: each follows its index and stops early."""
_AT_ITS_TIME = Constant(select(EVENT.c.apdu).where(EVENT.c.id.in_(_NAMED_SO)).order_by(EVENT.c.id))
_COUNT = Constant(select(func.count().label("count")).select_from(EVENT).where(*_EARLIER))


def keys(apdu: ApduJson | None) -> dict[str, str]:
    """Return the columns that find the message ``apdu`` (JSON): about, sent_at, original_sent_at."""
    said: ApduJson = apdu or {}
    times = {name: str(said.get(name) or "")[:LONGEST] for name in ("sent_at", "original_sent_at")}
    return times | {"about": _about(said) if said else ""}


def _about(said: ApduJson) -> str:
    if (named := said.get("transaction")) is not None:
        return f"{named.get('tgq', '')}/{named.get('tq', '')}"[:LONGEST]
    ref = said.get("ref") or {}
    return f"{ref.get('number', '').upper()}/{ref.get('customer_code', '')}"[:LONGEST]


def unplaced(connection: Connection, partner: str, apdu: ApduJson) -> list[Event]:
    """Return shelved messages of ``partner`` without a transaction that use the name in ``apdu`` (JSON).

    At most ``HANDFUL``: a Cancel first, then the oldest.
    """
    values = {"partner": partner, "about": keys(apdu)["about"], "most": HANDFUL}
    return _UNPLACED.rows(connection, values)


def at_its_time(connection: Connection, transaction_id: int, event: Event) -> list[ApduJson]:
    """Return the JSON of earlier APDUs of the type and sender of ``event`` that share a service time with it.

    Oldest first; at most ``HANDFUL`` for each of the two times and its two meanings.
    """
    times = keys(event.apdu)
    times["original_sent_at"] = times["original_sent_at"] or times["sent_at"]
    values = _of(transaction_id, event) | times | {"most": HANDFUL}
    return [row["apdu"] for row in _AT_ITS_TIME.rows(connection, values)]


def count(connection: Connection, transaction_id: int, event: Event) -> int:
    """Return how many APDUs of the type of ``event`` came in earlier letters of its sender."""
    return int(_COUNT.scalar(connection, _of(transaction_id, event)))


def _of(transaction_id: int, event: Event) -> dict[str, Any]:
    return {
        "transaction_id": transaction_id,
        "type": event.type,
        "event_id": event.id,
        "inbox_id": event.inbox_id,
    }
