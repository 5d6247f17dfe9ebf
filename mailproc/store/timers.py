"""The timer rows: what is due when, one unfired row for each transaction and kind."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, Integer, String, bindparam, cast, func, insert, literal, select

from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import Constant, made, table_of, update_of
from mailproc.store.rows import DueTimer, FiredEvent, StoredTimer, TimerCount
from mailproc.store.tables import TimerRow
from mailproc.store.transactions import TRANSACTION

TIMER = table_of(TimerRow)
UNFIRED = TIMER.c.fired_event_id.is_(None)

_SET = ("transaction_id", "kind", "due_at", "event_id")
_ADD = Constant(TIMER.insert().values({name: bindparam(name) for name in _SET}))
_MOVE = Constant(update_of(TimerRow, ("due_at", "event_id")))
_DROP = Constant(TIMER.delete().where(TIMER.c.id == bindparam("row_id")))
_WAITING = Constant(
    select(TIMER).where(TIMER.c.transaction_id == bindparam("transaction_id"), UNFIRED), StoredTimer
)
_FIRED = Constant(
    select(EVENT.c.type, EVENT.c.at, EVENT.c.facts)
    .where(
        EVENT.c.transaction_id == bindparam("transaction_id"),
        EVENT.c.state == "done",
        (EVENT.c.cause == "timer") | (EVENT.c.type == "OVERDUE"),
    )
    .order_by(EVENT.c.id),
    FiredEvent,
)
_MARK = literal("timer ") + cast(TIMER.c.id, String)
"""Mark of a timer's event: the database itself refuses a second one."""
_DUE = Constant(
    select(TIMER.c.id)
    .where(TIMER.c.due_at <= bindparam("now", type_=TIMER.c.due_at.type), UNFIRED)
    .order_by(TIMER.c.due_at, TIMER.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update()  # PostgreSQL: an action of staff may be changing one now
)
_THESE = TIMER.c.id.in_(bindparam("ids", expanding=True))
_BIRTH = insert(EVENT).from_select(
    ["cause", "type", "at", "partner", "transaction_id", "request_id", "once"],
    select(
        literal("timer"),
        TIMER.c.kind,
        bindparam("now", type_=TIMER.c.due_at.type),
        TRANSACTION.c.partner,
        TRANSACTION.c.id,
        TRANSACTION.c.request_id,
        _MARK,
    )
    .join_from(TIMER, TRANSACTION, TRANSACTION.c.id == TIMER.c.transaction_id)
    .where(_THESE)
    .order_by(TIMER.c.due_at, TIMER.c.id),
)
_MADE = (
    TIMER.update()
    .where(_THESE)
    .values(fired_event_id=select(EVENT.c.id).where(EVENT.c.once == _MARK).scalar_subquery())
)
_COUNTS = (
    select(TIMER.c.kind, func.count().label("count"), func.min(TIMER.c.due_at).label("next_at"))
    .where(UNFIRED)
    .group_by(TIMER.c.kind)
)
_ALL = (
    select(TIMER.c.kind, TIMER.c.due_at, TIMER.c.transaction_id)
    .where(UNFIRED)
    .order_by(TIMER.c.due_at, TIMER.c.id)
    .limit(bindparam("most"))
)


def waiting(connection: Connection, transaction_id: int) -> Sequence[StoredTimer]:
    """Return the timers of the transaction that have not fired."""
    return _WAITING.rows(connection, {"transaction_id": transaction_id})


def fired(connection: Connection, transaction_id: int) -> Sequence[FiredEvent]:
    """Return fired timers as events that had their step (type, at, facts), and a lender's demands."""
    return _FIRED.rows(connection, {"transaction_id": transaction_id})


def become(
    connection: Connection,
    transaction_id: int,
    rows: Sequence[StoredTimer],
    wanted: Mapping[str, datetime],
    event_id: int,
) -> None:
    """Make ``rows``, the pending timers, equal to ``wanted`` (kind and instant), because of ``event_id``."""
    there = {row.kind: row for row in rows}
    for kind, row in there.items():
        if kind not in wanted:
            _DROP.run(connection, {"row_id": row.id})
        elif row.due_at != wanted[kind]:
            _MOVE.run(connection, {"row_id": row.id, "due_at": wanted[kind], "event_id": event_id})
    for kind, due_at in wanted.items():
        if kind not in there:
            values = {"transaction_id": transaction_id, "kind": kind, "due_at": due_at, "event_id": event_id}
            _ADD.run(connection, values)


def drop(connection: Connection, request_id: int, kind: str) -> None:
    """Remove the pending timers of ``kind`` of every attempt of the request."""
    attempts = select(TRANSACTION.c.id).where(TRANSACTION.c.request_id == request_id)
    these = (TIMER.c.transaction_id.in_(attempts), TIMER.c.kind == kind, UNFIRED)
    connection.execute(TIMER.delete().where(*these))


def hasten(connection: Connection, kind: str, now: datetime) -> None:
    """Make the pending timers of ``kind`` due now."""
    these = (TIMER.c.kind == kind, TIMER.c.due_at > now, UNFIRED)
    connection.execute(TIMER.update().where(*these).values(due_at=now))


def fire(connection: Connection, now: datetime, limit: int) -> int:
    """Make an event of each timer that is due, the oldest first, at most ``limit``; return how many.

    Three statements however many are due; a fired timer never fires again.
    """
    ids = [row["id"] for row in _DUE.rows(connection, {"now": now, "most": limit})]
    if ids:
        connection.execute(_BIRTH, {"now": now, "ids": ids})
        connection.execute(_MADE, {"ids": ids})
    return len(ids)


def counts(connection: Connection) -> Sequence[TimerCount]:
    """Return the pending timers: kind, count, next_at; the kind that is due first comes first."""
    return sorted(made(TimerCount, connection.execute(_COUNTS)), key=attrgetter("next_at"))


def next_ones(connection: Connection, most: int) -> Sequence[DueTimer]:
    """Return the timers that are due first, of any request: kind, due_at, transaction_id."""
    return made(DueTimer, connection.execute(_ALL, {"most": most}))
