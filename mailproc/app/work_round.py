"""One round of the stations, up to letters that are prepared: the service goes on so, a command does one."""

import time

from mailproc.app import beginning
from mailproc.app.build import App
from mailproc.errors import TryLater
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.flow.prepare import messages, notices, receipts

TURN = 1.0
"""Seconds of steps before letters have their turn again: one partner's file makes no other's letter wait."""
ROUND = 10.0
"""Seconds of letters and steps before the other stations have their turn."""


def work_once(app: App) -> int:
    """One round of the stations up to the prepared letters; how much was done."""
    store, context = app.store, app.context
    store.go_on_if_let()
    if store.underway.broken_off:
        beginning.forgive(app)
    try:
        done = _take_in(app)
        done += messages.run(store, context) + receipts.run(store, context)
        return done + notices.run(store, context)
    except TryLater:
        store.underway.break_off()
        raise


def _take_in(app: App) -> int:
    """Letters and their steps take turns, until all steps are taken: what they say shares its letters. After
    ``ROUND`` the other stations have theirs; how much was done."""
    began, done = time.monotonic(), 0
    while True:
        turn = time.monotonic()
        worked = intake.run(app.store, app.context)
        worked += advance.run(app.store, app.context, seconds=TURN)
        done, now = done + worked, time.monotonic()
        if not worked or now - turn < TURN or now - began > ROUND:
            return done
