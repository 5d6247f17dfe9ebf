"""Read the pending timers: what falls due if nobody acts. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.store import events, timers
from mailproc.store.rows import Transaction

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
    """What happens to a request at that time if nobody acts."""

    kind: str
    at: datetime


def waiting(connection: Connection) -> list[PendingTimers]:
    """Return every pending kind, the one due first at the top."""
    found = [PendingTimers(row.kind, row.count, row.next_at) for row in timers.counts(connection)]
    shelf = events.count_on_shelf(connection)
    if shelf.next_at is not None:
        found.append(PendingTimers(UNMATCHED, shelf.count, shelf.next_at))
    return sorted(found, key=lambda one: one.next_at)


def may_be_outdated(connection: Connection, attempts: Sequence[Transaction], context: Context) -> bool:
    """Return whether a timer of a request is late, or was set before config.toml was last written.

    All others follow from the state as they stand: each step sets them anew.
    """
    written = _written_at(context)
    for row in (row for one in attempts for row in timers.waiting(connection, one.id)):
        event = events.load(connection, row.event_id)
        if row.due_at <= context.clock() or event is None or event.at < written:
            return True
    return False


def _written_at(context: Context) -> datetime:
    try:
        return datetime.fromtimestamp(context.config.file.stat().st_mtime, UTC)
    except OSError:
        return datetime.max.replace(tzinfo=UTC)


def of_attempts(connection: Connection, attempts: Sequence[Transaction]) -> tuple[NextTimer, ...]:
    """Return every pending timer of a request, the one due first at the top. ``attempts``: all of them."""
    rows = (row for one in attempts for row in timers.waiting(connection, one.id))
    return tuple(sorted((NextTimer(row.kind, row.due_at) for row in rows), key=lambda one: one.at))
