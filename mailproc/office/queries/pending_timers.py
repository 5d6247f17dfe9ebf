"""Read the pending timers: what falls due if nobody acts. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.store import events, timers, transactions

UNMATCHED = "UNMATCHED"
"""Kind of a borrower's message that waits on the shelf for its request."""


@dataclass(frozen=True)
class PendingTimers:
    """Timers of one kind: how many, and when the first is due (UTC)."""

    kind: str
    count: int
    next_at: datetime


@dataclass(frozen=True)
class NextTimer:
    """What happens next to a request if nobody acts."""

    kind: str
    at: datetime


def waiting(connection: Connection) -> list[PendingTimers]:
    """Return every pending kind, the one due first at the top."""
    found = [PendingTimers(row.kind, row.count, row.next_at) for row in timers.counts(connection)]
    shelf = events.count_on_shelf(connection)
    if shelf.next_at is not None:
        found.append(PendingTimers(UNMATCHED, shelf.count, shelf.next_at))
    return sorted(found, key=lambda one: one.next_at)


def next_of(connection: Connection, request_id: int) -> NextTimer | None:
    """Return the first timer of the request's latest attempt."""
    attempts = transactions.of_request(connection, request_id)
    row = timers.next_of(connection, attempts[-1].id) if attempts else None
    return NextTimer(row.kind, row.due_at) if row is not None else None
