"""Keep the figures of an attempt that a step ends, in its own commit; delete them when it is opened again."""

from sqlalchemy import Connection

from mailproc.flow.advance.work import Work
from mailproc.flow.context import Context
from mailproc.ill.attempt_figures import figures_of, is_over, matters
from mailproc.ill.transaction_state import Occurrence, Step, TransactionState
from mailproc.store import finished_attempts
from mailproc.store.finished_attempts import FinishedAttempt
from mailproc.store.rows import Transaction
from mailproc.store.text import storable


def keep(work: Work, taken: Step, occurrence: Occurrence) -> None:
    """Write or delete the row. A step that ends nothing, and changes nothing that is over, asks nothing."""
    if not is_over(taken.after):
        if is_over(taken.before):
            finished_attempts.remove(work.connection, work.transaction.id)
        return
    if is_over(taken.before) and not matters(occurrence.event, moved=taken.moved):
        return
    if row := row_of(work.connection, work.context, work.transaction, taken.after):
        finished_attempts.put(work.connection, row)


def row_of(
    connection: Connection, context: Context, transaction: Transaction, now: TransactionState
) -> FinishedAttempt | None:
    """Return the row of an attempt that stands as ``now``, by its history; None while it is not over."""
    around = finished_attempts.surroundings(connection, transaction.request_id, transaction.attempt)
    passages = finished_attempts.passages(connection, transaction.id)
    figures = figures_of(passages, now, around.wished_at)
    if figures is None:
        return None
    return FinishedAttempt(
        transaction_id=transaction.id,
        role=now.role,
        partner=transaction.partner,
        service=now.service,
        category=around.category,
        outcome=figures.outcome,
        reason=storable(figures.reason),
        attempt=transaction.attempt,
        place=around.place,
        cost=finished_attempts.charged(connection, transaction.request_id, transaction.id),
        asked_on=context.local(figures.asked_at).date(),
        ended_on=context.local(figures.ended_at).date(),
        legs=figures.legs,
    )
