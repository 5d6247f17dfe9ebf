"""What waits in each queue for the service: how much, and since when the oldest."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, Table, func, select

from mailproc.store.events import EVENT
from mailproc.store.letters import INBOX
from mailproc.store.outgoing import INTENT, OUTGOING
from mailproc.store.prepared_statements import Constant, one_of

MOST = 10_000
"""Rows that are counted at most, so that a flood costs a question no more than that."""


@dataclass(frozen=True)
class Backlog:
    """``waiting``: at most ``MOST``. ``oldest_at``: when the oldest of those came, None of none; it waits on
    purpose until ``not_before``."""

    waiting: int
    oldest_at: datetime | None
    not_before: datetime | None


def backlog(connection: Connection) -> dict[str, Backlog]:
    """Return what waits, by queue: "inbox", "event", "intent" and "outgoing", in the order of the way."""
    return {name: statement.one(connection, {}) for name, statement in _WAITING.items()}


def _waiting(table: Table, *states: str) -> Select[tuple[int, datetime, datetime]]:
    some = select(table.c.id).where(one_of(table.c.state, states)).limit(MOST).subquery()
    found = select(func.count().label("waiting"), func.min(some.c.id).label("first")).select_from(some)
    counted = found.subquery()
    row = table.alias()
    came = {"inbox": "received_at", "event": "at", "outgoing": "prepared_at"}
    source = counted.outerjoin(row, row.c.id == counted.c.first)
    if table.name in came:
        at = row.c[came[table.name]]
    else:
        source, at = source.outerjoin(EVENT, EVENT.c.id == row.c.event_id), EVENT.c.at
    return select(counted.c.waiting, at.label("oldest_at"), row.c.not_before).select_from(source)


_WAITING: dict[str, Constant[Backlog]] = {
    "inbox": Constant(_waiting(INBOX, "todo"), Backlog),
    "event": Constant(_waiting(EVENT, "todo"), Backlog),
    "intent": Constant(_waiting(INTENT, "todo"), Backlog),
    "outgoing": Constant(_waiting(OUTGOING, "prepared", "sending"), Backlog),
}
