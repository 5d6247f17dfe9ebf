"""Write the figures of attempts that ended under an earlier release: in portions, beside the service's work.

How far it went is in the store, so a stop or a crash costs one portion at most.
"""

import time
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from mailproc.flow import background
from mailproc.flow.advance.attempt_end import row_of
from mailproc.flow.advance.steps import state_of
from mailproc.flow.context import Context
from mailproc.store import finished_attempts, older_attempts, transactions
from mailproc.store.engine import Store
from mailproc.store.finished_attempts import FinishedAttempt
from mailproc.store.rows import Transaction

PORTION = 100
"""Attempts of one commit: the writer is kept for some thousandths of a second."""
AT_ONCE = 20.0
"""Seconds of one sweep."""


def run(store: Store, context: Context, seconds: float = AT_ONCE) -> int:
    """Write the figures of older attempts for so many seconds; return how many attempts were looked at.

    Between two portions others have the processor as long as a portion took. Nothing is done in a store that
    was put back from a copy and does not go on yet.
    """
    began, looked = time.monotonic(), 0
    while not store.is_held and time.monotonic() - began < seconds:
        begun = time.monotonic()
        done = _portion(store, context)
        if not done:
            break
        looked += done
        background.rest(begun)
    return looked


def _portion(store: Store, context: Context) -> int:
    """Compute outside the write; what changed meanwhile is computed again within it."""
    with store.read() as connection:
        older = older_attempts.progress(connection)
        if not older.left:
            return 0
        rows = older_attempts.after(connection, older.done, older.until, PORTION)
        figures = {row.id: row_of(connection, context, row, state_of(row)) for row in rows}
    done = rows[-1].id if len(rows) == PORTION else older.until
    store.write(lambda connection: _keep(connection, context, rows, figures, done))
    return len(rows) or 1


def _keep(
    connection: Connection,
    context: Context,
    rows: Sequence[Transaction],
    figures: Mapping[int, FinishedAttempt | None],
    done: int,
) -> None:
    versions = older_attempts.versions(connection, [row.id for row in rows])
    for row in rows:
        found = figures[row.id]
        if versions.get(row.id) != row.version:
            now = transactions.load(connection, row.id)
            found = row_of(connection, context, now, state_of(now))
        if found is not None:
            finished_attempts.put(connection, found)
    older_attempts.moved_on(connection, done)
