"""The attempts that slips are still to be printed for."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import made, one_of
from mailproc.store.rows import Transaction
from mailproc.store.transactions import TRANSACTION


def unprinted(
    connection: Connection,
    role: str,
    services: Collection[str],
    states: Collection[str],
    printed: str,
    receipts: Collection[str],
    moved_since: datetime | None = None,
) -> Sequence[Transaction]:
    """Return the attempts of that role in any of ``states`` and ``services`` (by name), in no order, that
    staff have not closed and whose last event of ``printed`` and ``receipts`` is not ``printed``.

    ``moved_since``: only those that came into their state, or got their due date, then or later.
    """
    statement = select(TRANSACTION).where(
        one_of(TRANSACTION.c.role, (role,)),
        one_of(TRANSACTION.c.state, sorted(states)),
        one_of(TRANSACTION.c.service, sorted(services)),
        TRANSACTION.c.closed_at.is_(None),
    )
    if moved_since is not None:
        moved_at = select(EVENT.c.at).where(EVENT.c.id == TRANSACTION.c.moved_event_id).scalar_subquery()
        # the first condition is for the index: a row is changed no earlier than it moves
        statement = statement.where(TRANSACTION.c.updated_at >= moved_since, moved_at >= moved_since)
    last = (
        select(EVENT.c.type)
        .where(
            EVENT.c.transaction_id == TRANSACTION.c.id,
            one_of(EVENT.c.type, (printed, *receipts)),
            EVENT.c.state == "done",
        )
        .order_by(EVENT.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = statement.where(func.coalesce(last, "") != printed)
    return made(Transaction, connection.execute(statement))
