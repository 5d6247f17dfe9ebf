"""G11: what is due becomes events; and a clock that finds nothing due costs next to nothing."""

import time

from bench import app
from bench.figures import Figures, Goal, Suite
from mailproc.app.build import App
from mailproc.flow import clock
from mailproc.store import timers
from mailproc.store.prepared_statements import table_of
from mailproc.store.tables import TransactionRow

DUE = 5000
QUIET = 200

GOALS = (
    Goal("G11", "CPU of a timer that is due, until its event waits", "due", "", 0.02, "ms", at_most=True),
    Goal("G11", "CPU of a look that finds nothing due", "quiet", "", 1, "ms", at_most=True),
)


def measure() -> Figures:
    with app.folder() as folder, app.opened(folder) as home:
        _waiting(home)
        begun = time.process_time()
        fired = 0
        while done := clock.sweep(home.store, home.context):
            fired += done
        due = time.process_time() - begun
        if fired != DUE:
            raise RuntimeError(f"{fired} of {DUE} timers fired")
        begun = time.process_time()
        for _ in range(QUIET):
            clock.sweep(home.store, home.context)
        return {"due": due / DUE * 1000, "quiet": (time.process_time() - begun) / QUIET * 1000}


def _waiting(home: App) -> None:
    """A request with a lender each, silent for too long, and as many that are not due yet."""
    now = home.context.clock()
    asked = {
        "attempt": 1, "role": "REQUESTER", "initial_requester": "XX-LIBRARY", "tq": "1", "stq": "",
        "partner": "XX-BL", "symbol": "XX-BL", "address": app.LENDERS["XX-BL"], "codec": "artemail",
        "service": "LOAN", "state": "PENDING", "updated_at": now,
    }  # fmt: skip
    rows = [asked | {"id": n, "request_id": n, "tgq": f"B{n}"} for n in range(1, 2 * DUE + 1)]
    waits = [
        {"transaction_id": n, "kind": "UNANSWERED", "due_at": now if n <= DUE else now.replace(year=9000)}
        for n in range(1, 2 * DUE + 1)
    ]

    def job(connection):
        connection.execute(table_of(TransactionRow).insert(), rows)
        connection.execute(timers.TIMER.insert(), [row | {"event_id": 0} for row in waits])

    home.store.write(job)


SUITE = Suite(GOALS, measure)
