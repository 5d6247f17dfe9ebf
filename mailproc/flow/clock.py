"""The clock: what is due becomes an event, once and in order, also what fell due while the service was down.

A timer and its event are one commit, so a crash repeats neither. The station of all events takes the step; by
then the timer must still follow from the transaction's state.
"""

import logging

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.intake import deferral, shelf_alarm
from mailproc.flow.prepare import site_texts
from mailproc.flow.replies import unmatched
from mailproc.ill.events import Timer
from mailproc.store import alarms, timers
from mailproc.store.engine import Store

_log = logging.getLogger(__name__)

BATCH = 500


def sweep(store: Store, context: Context, limit: int = BATCH) -> int:
    """Turn what is due into events and letters, at most ``limit`` of each; return how many there were.

    These are timers, reports on messages that have waited long enough for their request, and letters to staff
    about unknown senders and broken texts. Alarms that are over are deleted. A store that was put back from a
    copy has no clock until staff let it go on: what is due may have happened.
    """
    if store.is_held:
        return 0
    now = context.clock()
    broken = site_texts.check(store, context)

    def due(connection: Connection) -> tuple[int, int, int]:
        alarms.forget(connection, now, limit)
        if not context.config.policy.unfilled_letter_days:  # since that was set to 0 they go at once
            timers.hasten(connection, Timer.UNFILLED_LETTER, now)
        deferral.clear_alarm(connection, context)
        return (
            timers.fire(connection, now, limit),
            unmatched.tell_due(connection, context, limit),
            shelf_alarm.tell_rest(connection, context),
        )

    fired, waited, told = store.write(due)
    if fired or waited:
        _log.info("%s timers were due, and %s messages without a request", fired, waited)
    return fired + waited + told + broken
