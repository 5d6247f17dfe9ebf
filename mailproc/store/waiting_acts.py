"""Letters of acts at the desk that wait, so that they can be taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, func, select

from mailproc.store.outgoing import INTENT
from mailproc.store.prepared_statements import Constant
from mailproc.store.tables import Instant

_NOT_TRIED = (INTENT.c.state == "todo", INTENT.c.attempts == 0)
"""A letter that was tried waits for its next try, not for somebody to take it back."""
_LATER = INTENT.c.not_before > bindparam("now", type_=Instant)
_OF_TRANSACTION = Constant(
    select(func.min(INTENT.c.not_before).label("leaves_at")).where(
        INTENT.c.transaction_id == bindparam("transaction_id"), *_NOT_TRIED, _LATER
    )
)
_NEXT = Constant(
    select(INTENT.c.transaction_id, INTENT.c.not_before)
    .where(*_NOT_TRIED, _LATER, INTENT.c.transaction_id.is_not(None))
    .order_by(INTENT.c.not_before, INTENT.c.id)
    .limit(bindparam("most", type_=Integer))
)


def leaves_at(connection: Connection, transaction_id: int, now: datetime) -> datetime | None:
    """Return when the first letter of the transaction leaves; None if none waits to be taken back."""
    row = _OF_TRANSACTION.rows(connection, {"transaction_id": transaction_id, "now": now})[0]
    found: datetime | None = row["leaves_at"]
    return found


def following(connection: Connection, now: datetime, most: int) -> Sequence[tuple[int, datetime]]:
    """Return the transactions whose letters wait, and when the first of each leaves, the next first."""
    first: dict[int, datetime] = {}
    for row in _NEXT.rows(connection, {"now": now, "most": most}):
        first.setdefault(row["transaction_id"], row["not_before"])
    return list(first.items())
