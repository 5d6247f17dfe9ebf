"""The clock: what is due becomes an event, once, in order; also what fell due while the service was down.

A timer and its event are one commit, so a crash repeats neither. The steps are taken by the
same station as every other event's, and by then the timer must still follow from the transaction's state.
"""

import logging

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.intake import deferral, shelf_alarm
from mailproc.flow.prepare import site_texts
from mailproc.flow.replies import unmatched
from mailproc.store import alarms, timers
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)

BATCH = 500


def sweep(store: Store, context: Context, limit: int = BATCH) -> int:
    """Make events of the timers that are due, reports on what has waited long enough for its request, at most
    ``limit`` of each, and the letters about what staff were not told of strangers and about broken texts; how
    many there were. Alarms that are over are forgotten."""
    now = context.clock()
    broken = site_texts.check(store, context)

    def due(connection: Connection) -> tuple[int, int, int]:
        alarms.forget(connection, now, limit)
        deferral.look(connection, context)
        return (
            timers.fire(connection, now, limit),
            unmatched.tell_due(connection, context, limit),
            shelf_alarm.tell_rest(connection, context),
        )

    fired, waited, told = store.write(due)
    if fired or waited:
        _log.info("%s timers were due, and %s messages without a request", fired, waited)
    return fired + waited + told + broken
