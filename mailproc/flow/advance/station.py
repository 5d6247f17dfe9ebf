"""Station ③ as the daemon runs it: take the waiting events, each in a savepoint, few in each commit."""

import logging
from collections.abc import Sequence
from math import inf
from time import monotonic

from sqlalchemy import Connection

from mailproc.errors import LocalFault, RemoteFault
from mailproc.flow.advance import steps
from mailproc.flow.context import Context
from mailproc.flow.replies import error_reports, request_reports, unmatched
from mailproc.log import following
from mailproc.sentence import sentence, stored
from mailproc.store import events, queue
from mailproc.store.crash_note import Underway
from mailproc.store.db_errors import try_later
from mailproc.store.engine import Store
from mailproc.store.savepoint import savepoint
from mailproc.store.tables import EventRow

_log = logging.getLogger(__name__)

BATCH = 100
SHARED = 0.2
"""Seconds after which a commit takes no further step, so that others need not wait long for the store."""


def run(store: Store, context: Context, limit: int = BATCH, seconds: float = inf) -> int:
    """Take the waiting steps, at most ``limit`` per commit, until none waits or ``seconds`` are over.

    Return how many there were. The commit of a batch claims the next one: each try is still counted before
    its work, and a batch costs one commit instead of two.
    """
    until = monotonic() + seconds

    def job(connection: Connection) -> tuple[int, list[int]]:
        count = _take_all(connection, claimed, context, store.underway)
        queue.put_back(connection, EventRow, claimed[count:])
        more = not claimed or monotonic() < until
        due = queue.claim_ids(connection, EventRow, limit, context.clock()) if more else []
        store.underway.claimed(EventRow, [*claimed, *due])  # until the commit the old claim stands too
        return count, due

    taken, claimed = 0, list[int]()
    while True:
        count, claimed = store.write(job)
        taken += count
        if not claimed:
            return taken


def _take_all(connection: Connection, event_ids: Sequence[int], context: Context, underway: Underway) -> int:
    """Take as many steps as share a commit, at least one; return how many."""
    until, count = monotonic() + SHARED, 0
    for event_id in event_ids:
        underway.at(event_id)
        with following(f"E{event_id}"):
            take(connection, event_id, context)
        count += 1
        if monotonic() > until:
            break
    underway.at()
    return count


def take(connection: Connection, event_id: int, context: Context) -> None:
    """Take the step of one event; one that is not possible is shelved with its reason."""
    try:
        with savepoint(connection):
            outcome = steps.step(connection, event_id, context)
    except (RemoteFault, LocalFault) as fault:
        _log.info("E%s shelved: %s", event_id, fault)
        events.shelve(connection, event_id, stored(fault.said))
        if isinstance(fault, RemoteFault):
            error_reports.unknown(connection, event_id, context)
            unmatched.wait(connection, event_id, context)
    except Exception as error:  # a bug must affect its own event only
        if try_later(error) is not None:
            raise  # the store failed, not this event
        _log.exception("E%s failed", event_id)
        why = sentence("program-fault", error=type(error).__name__)
        events.shelve(connection, event_id, stored(why))
    else:
        _log.info("E%s %s: %s → %s", event_id, outcome.event, outcome.before, outcome.after)
        request_reports.report(connection, event_id, outcome.after, context)
