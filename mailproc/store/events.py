"""Store events, the only way to change a state. ``flow.advance.steps`` finishes their rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Integer, and_, bindparam, func, or_, select

from mailproc.ill.apdu_json import ApduJson, RefJson
from mailproc.ill.facts import Facts
from mailproc.ill.terms import ApduType
from mailproc.sentence import Part, joined
from mailproc.store import earlier_messages
from mailproc.store.letters import DISMISSED
from mailproc.store.prepared_statements import Constant, insert_into, made, one_of, table_of, update_of
from mailproc.store.rows import CountOnShelf, Event, HeardEvent, WaitingOnShelf
from mailproc.store.tables import EventRow, HistoryRow

EVENT = table_of(EventRow)
HISTORY = table_of(HistoryRow)

BY_HAND: Final = "by_hand"
"""Among the facts of a letter that staff put to its request as a message: it may be anybody's, a reader's
too, so it proves nothing of the partner."""

FROM_LETTER: Final = "from_letter"
"""Among the facts of an event of policy: the letter that came in which brought it about. What becomes of a
letter of ours that only such events wrote is one too."""

WITHHELD: Final = "withheld"
"""Among the facts of a message that was read and must not be taken: only staff let it go."""
TOLD: Final = "told_on"
"""Among the facts of a message on the shelf: the day (ISO 8601) on which its sender was told that we know of
no such request."""


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """An event as it is born. Field names are the columns; ``at`` is an aware instant."""

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
    )
    .limit(1)
)
_LAST_OF = (
    select(EVENT)
    .where(
        EVENT.c.transaction_id == bindparam("transaction_id"),
        EVENT.c.type.in_(bindparam("types", expanding=True)),
        EVENT.c.state == "done",
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
    )
    .order_by(EVENT.c.id),
    HeardEvent,
)
_RECORDED = (
    select(func.count())
    .select_from(EVENT)
    .where(
        EVENT.c.transaction_id == bindparam("transaction_id"),
        EVENT.c.type == bindparam("type"),
        EVENT.c.heard_by != "",
        EVENT.c.state == "done",
    )
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
    """Write the event; its id."""
    return int(_ADD.scalar(connection, _values(event)))


def unwritten(event: NewEvent) -> Event:
    """The event as it would be read back, to see what its step would do. It has no row: its id is 0."""
    return Event(**_values(event), id=0, unfinished=0, not_before=None)


def _values(event: NewEvent) -> dict[str, Any]:
    return vars(event) | earlier_messages.keys(event.apdu) | {"attempts": 0, "last_error": event.last_error}


def add_all(connection: Connection, events: Sequence[NewEvent]) -> None:
    """Write the events of a letter, which may be thousands, by one statement."""
    _ADD_ALL.run_many(connection, [_values(event) for event in events])


def due_to(event: Event) -> int | None:
    """The letter that came in to which the event is due, itself or by what it made us do; None where it is
    due to staff, or to a day that came."""
    if event.cause == "letter":
        return int(event.inbox_id) if event.inbox_id is not None else None
    known = (event.facts or {}).get(FROM_LETTER)
    return None if known is None else int(known)


def due_to_letters(connection: Connection, event_ids: Iterable[int]) -> Facts:
    """The facts of what becomes of the words of these events: the last letter to which they are due; none
    where one of them is due to no letter."""
    due = [due_to(event) if (event := load(connection, one)) is not None else None for one in event_ids]
    found = [one for one in due if one is not None]
    return {FROM_LETTER: max(found)} if found and len(found) == len(due) else {}


def load(connection: Connection, event_id: int) -> Event | None:
    return _LOAD.row(connection, {"event_id": event_id})


def finish(connection: Connection, event: Event, **changes: Any) -> None:
    """The event is done; ``changes`` are what the step froze into it."""
    kept = {name: getattr(event, name) for name in ("transaction_id", "request_id", "facts", "partner")}
    statement = _FINISH_WITH_APDU if "apdu" in changes else _FINISH
    statement.run(connection, kept | changes | _ENDED | {"row_id": event.id, "state": "done"})


def shelve(connection: Connection, event_id: int, reason: str) -> None:
    ended = _ENDED | {"row_id": event_id, "state": "shelved", "last_error": reason}
    connection.execute(_SHELVE, ended)


def todo_again(connection: Connection, event: Event, transaction_id: int | None = None) -> None:
    """A shelved event goes round once more, placed on ``transaction_id`` if given. What was so while it
    lay there is over: should it come back, it is held back no more, and its sender may be told again."""
    values: dict[str, Any] = {"state": "todo", "last_error": "", "attempts": 0, "not_before": None}
    kept = {name: value for name, value in (event.facts or {}).items() if name not in (WITHHELD, TOLD)}
    values["facts"] = kept or None
    if transaction_id is not None:
        values["transaction_id"] = transaction_id
    connection.execute(EVENT.update().where(EVENT.c.id == event.id).values(values))


def of_transaction(connection: Connection, transaction_id: int) -> Sequence[Event]:
    """Everything that happened to the transaction, in the order it took effect."""
    return made(Event, connection.execute(_OF_TRANSACTION, {"transaction_id": transaction_id}))


def ends_of_transaction(connection: Connection, transaction_id: int, most: int) -> list[Event]:
    """The first of them and the latest ``most``, in that order."""
    named = {"transaction_id": transaction_id}
    latest = _LATEST_OF_TRANSACTION.rows(connection, named | {"most": most})[::-1]
    if len(latest) < most:
        return latest
    first = _FIRST_OF_TRANSACTION.rows(connection, named)
    return [one for one in first if one.id != latest[0].id] + latest


def due_of_transaction(connection: Connection, transaction_id: int) -> Sequence[int]:
    return [row["id"] for row in _DUE_OF_TRANSACTION.rows(connection, {"transaction_id": transaction_id})]


def said_before(connection: Connection, event: Event, transaction_id: int, since: int) -> bool:
    """Were the same words heard of the same sender since event ``since``, which last changed state or due
    date?"""
    values = {
        "transaction_id": transaction_id,
        "repeat_key": event.repeat_key,
        "since": since,
        "event_id": event.id,
        "inbox_id": event.inbox_id,
    }
    return _SAID_BEFORE.scalar(connection, values) is not None


def last_of(connection: Connection, transaction_id: int, types: Sequence[str]) -> Event | None:
    """The last event of one of these types that had its step."""
    values = {"transaction_id": transaction_id, "types": list(types)}
    found = made(Event, connection.execute(_LAST_OF, values))
    return found[0] if found else None


def heard_since(connection: Connection, transaction_id: int, event_id: int) -> Sequence[HeardEvent]:
    """What was said to us after event ``event_id``, by letter or otherwise: type, at, apdu, facts."""
    values = {"transaction_id": transaction_id, "since": event_id}
    return _HEARD_SINCE.rows(connection, values)


def proven_since(connection: Connection, transaction_id: int, event_id: int) -> Sequence[HeardEvent]:
    """The same without the letters that staff put to it: what the partner itself has said."""
    heard = heard_since(connection, transaction_id, event_id)
    return [event for event in heard if not (event.facts or {}).get(BY_HAND)]


def known_once(connection: Connection, once: str) -> int | None:
    """The event that a double click or a reload made already."""
    return connection.execute(_ONCE, {"once": once}).scalar()


def shelved_of_letter(connection: Connection, inbox_id: int) -> Sequence[Event]:
    """Select the decoded messages of a letter that are shelved or dismissed."""
    return _SHELVED_OF_LETTER.rows(connection, {"inbox_id": inbox_id})


def shelved_ids_of_letter(connection: Connection, inbox_id: int) -> Sequence[int]:
    """Select the shelved messages of a letter, including those that could not be decoded."""
    shelf = (EVENT.c.inbox_id == inbox_id, EVENT.c.state == "shelved")
    return connection.execute(select(EVENT.c.id).where(*shelf).order_by(EVENT.c.position)).scalars().all()


def dismiss(connection: Connection, event_id: int, why: Part) -> bool:
    """Put a shelved message away, ``why`` behind the reason for which it lay there; False where it lies on
    no shelf. It waits for nothing any more."""
    row = load(connection, event_id)
    if row is None or row.state != "shelved":
        return False
    said = joined(row.last_error, why)
    values = {"state": DISMISSED, "last_error": said, "not_before": None}
    connection.execute(EVENT.update().where(EVENT.c.id == event_id).values(values))
    return True


def wait_on_shelf(connection: Connection, event_id: int, until: datetime | None, reason: str) -> None:
    """A shelved event waits there until an instant (``waited`` gives it then), or for nothing."""
    values = {"row_id": event_id, "not_before": until, "last_error": reason}
    connection.execute(_WAIT_ON_SHELF, values)


def told_on_shelf(connection: Connection, event: Event, day: date, reason: str) -> None:
    """The sender of a shelved event was told of it on ``day``: it waits for nothing any more."""
    wait_on_shelf(connection, event.id, None, reason)
    facts = (event.facts or {}) | {TOLD: day.isoformat()}
    connection.execute(EVENT.update().where(EVENT.c.id == event.id).values(facts=facts))


def waited(connection: Connection, now: datetime, far: datetime, most: int) -> Sequence[Event]:
    """What belongs to no transaction and has waited on the shelf as long as it was to; also what came
    later than ``now`` and is to wait until after ``far``: the clock was wrong then."""
    return _WAITED.rows(connection, {"now": now, "far": far, "most": most})


def waiting_on_shelf(connection: Connection, most: int) -> Sequence[WaitingOnShelf]:
    """What waits on the shelf until an instant, the first first: id, partner, not_before."""
    return made(WaitingOnShelf, connection.execute(_ON_SHELF, {"most": most}))


def count_on_shelf(connection: Connection) -> CountOnShelf:
    """How much of that there is: count, next_at (None for nothing)."""
    (counted,) = made(CountOnShelf, connection.execute(_ON_SHELF_COUNT))
    return counted


def recorded(connection: Connection, transaction_id: int, kind: str) -> int:
    """How often staff recorded that the partner had told us this by other ways than a letter."""
    values = {"transaction_id": transaction_id, "type": kind}
    return int(connection.execute(_RECORDED, values).scalar_one())
