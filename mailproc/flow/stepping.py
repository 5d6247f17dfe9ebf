"""Station ③ as the daemon runs it: takes the waiting events, one savepoint each, one commit."""

import logging

from sqlalchemy import Connection, RowMapping

from mailproc.errors import LocalFault, RemoteFault
from mailproc.flow import advance
from mailproc.flow.premises import Premises
from mailproc.log import following
from mailproc.store import events, queue
from mailproc.store.engine import Store
from mailproc.store.tables import EventRow

_log = logging.getLogger(__name__)

BATCH = 100


def run(store: Store, premises: Premises, limit: int = BATCH) -> int:
    """Take the steps that wait, at most ``limit``; how many there were."""
    now = premises.clock()
    rows = store.write(lambda connection: queue.claim(connection, EventRow, limit, now))
    if rows:
        store.write(lambda connection: _take_all(connection, rows, premises))
    return len(rows)


def _take_all(connection: Connection, rows: list[RowMapping], premises: Premises) -> None:
    for row in rows:
        with following(f"E{row['id']}"):
            _take(connection, row, premises)


def _take(connection: Connection, row: RowMapping, premises: Premises) -> None:
    try:
        with connection.begin_nested():
            outcome = advance.step(connection, row["id"], premises)
    except (RemoteFault, LocalFault) as fault:
        _log.info("E%s shelved: %s", row["id"], fault)
        events.shelve(connection, row["id"], str(fault))
    except Exception as error:  # one event's bug must not hold up the others
        _log.exception("E%s failed", row["id"])
        events.shelve(connection, row["id"], f"a fault of this program: {type(error).__name__}")
    else:
        _log.info("E%s %s: %s → %s", row["id"], row["type"], outcome.before, outcome.after)
