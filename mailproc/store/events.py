"""Store events, the only way to change a state. ``flow.advance.steps`` finishes their rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Unpack

from sqlalchemy import Connection, Integer, and_, bindparam, func, or_, select

from mailproc.ill.apdu_json import ApduJson, RefJson
from mailproc.ill.facts import Facts
from mailproc.ill.terms import ApduType
from mailproc.sentence import Part, joined
from mailproc.store import earlier_messages, taken_back
from mailproc.store.letters import DISMISSED
from mailproc.store.prepared_statements import Constant, insert_into, made, one_of, table_of, update_of
from mailproc.store.rows import CountOnShelf, Event, EventResult, HeardEvent, WaitingOnShelf
from mailproc.store.tables import EventRow, HistoryRow

EVENT = table_of(EventRow)
HISTORY = table_of(HistoryRow)

BY_HAND: Final = "by_hand"
"""Fact of a letter that staff attached as a message: anybody may have written it, so it proves nothing."""

FROM_LETTER: Final = "from_letter"
"""Fact of an event of policy, or about a letter of ours that only such events wrote: its received letter."""

WITHHELD: Final = "withheld"
"""Fact of a message that was read and must wait until staff release it."""
TOLD: Final = "told_on"
"""Fact of a shelved message: the day (ISO 8601) on which its sender was told that we know no such request."""


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """A new event. Field names are the columns; ``at`` is an aware instant."""

    cause: str  # letter | staff | timer | policy
    type: str
    at: datetime
    apdu: ApduJson | None = None
    ref: RefJson | None = None
    facts: Facts | None = None
    inbox_id: int | None = None
    position: int | None = None
    actor: str = ""
    door: str = ""
    once: str | None = None
    heard_by: str = ""
    partner: str = ""
    transaction_id: int | None = None
    request_id: int | None = None
    repeat_key: str = ""
    state: str = "todo"
    last_error: str = ""


_COLUMNS = (*NewEvent.__dataclass_fields__, *earlier_messages.keys(None), "attempts")
_ADD = Constant(insert_into(EventRow, _COLUMNS))
_ADD_ALL = Constant(EVENT.insert().values({name: bindparam(name) for name in _COLUMNS}))
_LOAD = Constant(select(EVENT).where(EVENT.c.id == bindparam("event_id")), Event)
_FROZEN = ("state", "transaction_id", "request_id", "facts", "partner", "last_error", "unfinished")
_FINISH = Constant(update_of(EventRow, _FROZEN))
_FINISH_WITH_APDU = Constant(update_of(EventRow, (*_FROZEN, "apdu")))
_SHELVE = update_of(EventRow, ("state", "last_error", "unfinished"))
_OF_TRANSACTION = (
    select(EVENT)
    .join(HISTORY, HISTORY.c.event_id == EVENT.c.id)
    .where(HISTORY.c.transaction_id == bindparam("transaction_id"))
    .order_by(HISTORY.c.id)  # the order they took effect in: a letter from the shelf comes late
)
_ALL_OF_TRANSACTION = Constant(_OF_TRANSACTION, Event)
_LATEST_OF_TRANSACTION = Constant(
    _OF_TRANSACTION.order_by(None).order_by(HISTORY.c.id.desc()).limit(bindparam("most", type_=Integer)),
    Event,
)
_FIRST_OF_TRANSACTION = Constant(_OF_TRANSACTION.limit(1), Event)
_DUE_OF_TRANSACTION = Constant(
    select(EVENT.c.id)
    .where(EVENT.c.transaction_id == bindparam("transaction_id"), EVENT.c.state == "todo")
    .order_by(EVENT.c.id)
)
_SAID_BEFORE = Constant(
    select(EVENT.c.id)
    .where(
        EVENT.c.transaction_id == bindparam("transaction_id"),
        EVENT.c.repeat_key == bindparam("repeat_key"),
        EVENT.c.state == "done",
        EVENT.c.id >= bindparam("since"),
        EVENT.c.id != bindparam("event_id"),
        earlier_messages.OF_THE_SAME_SENDER,
        taken_back.stands(),
    )
    .limit(1)
)
_LAST_OF = (
    select(EVENT)
    .where(
        EVENT.c.transaction_id == bindparam("transaction_id"),
        EVENT.c.type.in_(bindparam("types", expanding=True)),
        EVENT.c.state == "done",
        taken_back.stands(),
    )
    .order_by(EVENT.c.id.desc())
    .limit(1)
)
_HEARD_SINCE = Constant(
    select(EVENT.c.type, EVENT.c.at, EVENT.c.apdu, EVENT.c.facts)
    .where(
        EVENT.c.transaction_id == bindparam("transaction_id"),
        EVENT.c.id > bindparam("since"),
        EVENT.c.state == "done",
        (EVENT.c.cause == "letter") | (EVENT.c.heard_by != ""),
        one_of(EVENT.c.type, ApduType.__members__),
        taken_back.stands(),
    )
    .order_by(EVENT.c.id),
    HeardEvent,
)
_ENDED = {"last_error": "", "unfinished": 0}
_ONCE = select(EVENT.c.id).where(EVENT.c.once == bindparam("once"))
_WAITED = Constant(
    select(EVENT)
    .where(
        EVENT.c.state == "shelved",
        or_(
            EVENT.c.not_before <= bindparam("now", type_=EVENT.c.not_before.type),
            and_(
                EVENT.c.not_before > bindparam("far", type_=EVENT.c.not_before.type),
                EVENT.c.at > bindparam("now", type_=EVENT.c.at.type),
            ),
        ),
        EVENT.c.transaction_id.is_(None),
    )
    .order_by(EVENT.c.not_before, EVENT.c.id)
    .limit(bindparam("most", type_=Integer)),
    Event,
)
_WAITS_ON_SHELF = (EVENT.c.state == "shelved", EVENT.c.not_before.is_not(None))
_ON_SHELF = (
    select(EVENT.c.id, EVENT.c.partner, EVENT.c.not_before)
    .where(*_WAITS_ON_SHELF)
    .order_by(EVENT.c.not_before, EVENT.c.id)
    .limit(bindparam("most"))
)
_ON_SHELF_COUNT = select(func.count().label("count"), func.min(EVENT.c.not_before).label("next_at")).where(
    *_WAITS_ON_SHELF
)
_WAIT_ON_SHELF = update_of(EventRow, ("not_before", "last_error"))
_SHELVED_OF_LETTER = Constant(
    select(EVENT)
    .where(
        EVENT.c.inbox_id == bindparam("inbox_id"),
        one_of(EVENT.c.state, ("shelved", "dismissed")),
        EVENT.c.apdu.is_not(None),
    )
    .order_by(EVENT.c.position),
    Event,
)


def add(connection: Connection, event: NewEvent) -> int:
    """Write the event; return its id."""
    return int(_ADD.scalar(connection, _values(event)))


def born(connection: Connection, event: NewEvent) -> Event:
    """Write the event; return it as it would be read."""
    return replace(unwritten(event), id=add(connection, event))


def unwritten(event: NewEvent) -> Event:
    """Return the event as it would be read back, with id 0, to see what its step would do."""
    return Event(**_values(event), id=0, unfinished=0, not_before=None)


def _values(event: NewEvent) -> dict[str, Any]:
    return vars(event) | earlier_messages.keys(event.apdu) | {"attempts": 0, "last_error": event.last_error}


def add_all(connection: Connection, events: Sequence[NewEvent]) -> None:
    """Write the events of a letter, which may be thousands, in one statement."""
    _ADD_ALL.run_many(connection, [_values(event) for event in events])


def due_to(event: Event) -> int | None:
    """Return the received letter that caused the event, directly or not; None if staff or a date did."""
    if event.cause == "letter":
        return int(event.inbox_id) if event.inbox_id is not None else None
    known = (event.facts or {}).get(FROM_LETTER)
    return None if known is None else int(known)


def due_to_letters(connection: Connection, event_ids: Iterable[int]) -> Facts:
    """Return the facts of what happens to the messages of these events: the last letter that caused them.

    None if any of them was caused by no letter.
    """
    due = [due_to(event) if (event := load(connection, one)) is not None else None for one in event_ids]
    found = [one for one in due if one is not None]
    return {FROM_LETTER: max(found)} if found and len(found) == len(due) else {}


def load(connection: Connection, event_id: int) -> Event | None:
    return _LOAD.row(connection, {"event_id": event_id})


def finish(connection: Connection, event: Event, **changes: Unpack[EventResult]) -> None:
    """Mark the event as done; ``changes`` are what the step stored in it."""
    kept = {name: getattr(event, name) for name in ("transaction_id", "request_id", "facts", "partner")}
    statement = _FINISH_WITH_APDU if "apdu" in changes else _FINISH
    statement.run(connection, {**kept, **changes, **_ENDED, "row_id": event.id, "state": "done"})


def shelve(connection: Connection, event_id: int, reason: str) -> None:
    ended = _ENDED | {"row_id": event_id, "state": "shelved", "last_error": reason}
    connection.execute(_SHELVE, ended)


def todo_again(connection: Connection, event: Event, transaction_id: int | None = None) -> None:
    """Process a shelved event again, on ``transaction_id`` if given; it is no longer withheld or told."""
    values: dict[str, Any] = {"state": "todo", "last_error": "", "attempts": 0, "not_before": None}
    kept = {name: value for name, value in (event.facts or {}).items() if name not in (WITHHELD, TOLD)}
    values["facts"] = kept or None
    if transaction_id is not None:
        values["transaction_id"] = transaction_id
    connection.execute(EVENT.update().where(EVENT.c.id == event.id).values(values))


def of_transaction(connection: Connection, transaction_id: int) -> Sequence[Event]:
    """Return everything that happened to the transaction, in the order in which it took effect."""
    return _ALL_OF_TRANSACTION.rows(connection, {"transaction_id": transaction_id})


def standing(connection: Connection, transaction_id: int) -> Sequence[Event]:
    """Return the same without what was taken back."""
    happened = of_transaction(connection, transaction_id)
    gone = taken_back.undone(happened)
    return [one for one in happened if one.id not in gone]


def ends_of_transaction(connection: Connection, transaction_id: int, most: int) -> list[Event]:
    """Return its first event and the latest ``most``, in that order."""
    named = {"transaction_id": transaction_id}
    latest = _LATEST_OF_TRANSACTION.rows(connection, named | {"most": most})[::-1]
    if len(latest) < most:
        return latest
    first = _FIRST_OF_TRANSACTION.rows(connection, named)
    return [one for one in first if one.id != latest[0].id] + latest


def due_of_transaction(connection: Connection, transaction_id: int) -> Sequence[int]:
    return [row["id"] for row in _DUE_OF_TRANSACTION.rows(connection, {"transaction_id": transaction_id})]


def said_before(connection: Connection, event: Event, transaction_id: int, since: int) -> bool:
    """Return whether the same message came from the same sender since event ``since``, the last change."""
    values = {
        "transaction_id": transaction_id,
        "repeat_key": event.repeat_key,
        "since": since,
        "event_id": event.id,
        "inbox_id": event.inbox_id,
    }
    return _SAID_BEFORE.scalar(connection, values) is not None


def last_of(connection: Connection, transaction_id: int, types: Sequence[str]) -> Event | None:
    """Return the last event of one of these types that had its step and was not taken back."""
    values = {"transaction_id": transaction_id, "types": list(types)}
    return next(iter(made(Event, connection.execute(_LAST_OF, values))), None)


def heard_since(connection: Connection, transaction_id: int, event_id: int) -> Sequence[HeardEvent]:
    """Return what the partner said after event ``event_id``, by letter or otherwise."""
    values = {"transaction_id": transaction_id, "since": event_id}
    return _HEARD_SINCE.rows(connection, values)


def proven_since(connection: Connection, transaction_id: int, event_id: int) -> Sequence[HeardEvent]:
    """Return the same without letters that staff attached: only what the partner itself said."""
    heard = heard_since(connection, transaction_id, event_id)
    return [event for event in heard if not (event.facts or {}).get(BY_HAND)]


def known_once(connection: Connection, once: str) -> int | None:
    """Return the event that a double click or a reload has already made; '' is no mark."""
    return connection.execute(_ONCE, {"once": once}).scalar() if once else None


def shelved_of_letter(connection: Connection, inbox_id: int) -> Sequence[Event]:
    """Select the decoded messages of a letter that are shelved or dismissed."""
    return _SHELVED_OF_LETTER.rows(connection, {"inbox_id": inbox_id})


def shelved_ids_of_letter(connection: Connection, inbox_id: int) -> Sequence[int]:
    """Select the shelved messages of a letter, including those that could not be decoded."""
    shelf = (EVENT.c.inbox_id == inbox_id, EVENT.c.state == "shelved")
    return connection.execute(select(EVENT.c.id).where(*shelf).order_by(EVENT.c.position)).scalars().all()


def dismiss(connection: Connection, event_id: int, why: Part) -> bool:
    """Dismiss a shelved message, with ``why`` added to its reason; False if it is not shelved."""
    row = load(connection, event_id)
    if row is None or row.state != "shelved":
        return False
    said = joined(row.last_error, why)
    values = {"state": DISMISSED, "last_error": said, "not_before": None}
    connection.execute(EVENT.update().where(EVENT.c.id == event_id).values(values))
    return True


def wait_on_shelf(connection: Connection, event_id: int, until: datetime | None, reason: str) -> None:
    """Let a shelved event wait until an instant (then ``waited`` returns it), or for nothing."""
    values = {"row_id": event_id, "not_before": until, "last_error": reason}
    connection.execute(_WAIT_ON_SHELF, values)


def told_on_shelf(connection: Connection, event: Event, day: date, reason: str) -> None:
    """Record that the sender of a shelved event was told of it on ``day``; it waits for nothing any more."""
    wait_on_shelf(connection, event.id, None, reason)
    facts = (event.facts or {}) | {TOLD: day.isoformat()}
    connection.execute(EVENT.update().where(EVENT.c.id == event.id).values(facts=facts))


def waited(connection: Connection, now: datetime, far: datetime, most: int) -> Sequence[Event]:
    """Return events without a transaction whose time on the shelf is over.

    Also those that came later than ``now`` and wait until after ``far``: the clock was wrong then.
    """
    return _WAITED.rows(connection, {"now": now, "far": far, "most": most})


def waiting_on_shelf(connection: Connection, most: int) -> Sequence[WaitingOnShelf]:
    """Return what waits on the shelf until an instant, the first first: id, partner, not_before."""
    return made(WaitingOnShelf, connection.execute(_ON_SHELF, {"most": most}))


def count_on_shelf(connection: Connection) -> CountOnShelf:
    """Return how much waits there: count, next_at (None for nothing)."""
    (counted,) = made(CountOnShelf, connection.execute(_ON_SHELF_COUNT))
    return counted
