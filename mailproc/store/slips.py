"""Which attempts a slip is to be printed for: those in certain states, of which it was not printed since."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, select

from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import made, one_of, table_of
from mailproc.store.rows import Transaction
from mailproc.store.tables import EventRow
from mailproc.store.transactions import TRANSACTION

_EARLIER = table_of(EventRow).alias("earlier")
RECEIPTS = ("receive", "RECEIVED")
"""The events by which an item comes to us: what was printed before belongs to another one."""


def unprinted(
    connection: Connection, role: str, services: Collection[str], states: Collection[str], printed: str
) -> Sequence[Transaction]:
    """Return the attempts of that role and service in any of ``states`` that have no event ``printed`` since
    the item last came, the oldest first."""
    came = select(func.coalesce(func.max(_EARLIER.c.id), 0)).where(
        _EARLIER.c.transaction_id == TRANSACTION.c.id, one_of(_EARLIER.c.type, RECEIPTS)
    )
    since = (
        select(EVENT.c.id)
        .where(
            EVENT.c.transaction_id == TRANSACTION.c.id,
            one_of(EVENT.c.type, (printed,)),
            EVENT.c.id > came.scalar_subquery(),
        )
        .exists()
    )
    statement = (
        select(TRANSACTION)
        .where(
            one_of(TRANSACTION.c.role, (role,)),
            one_of(TRANSACTION.c.state, sorted(states)),
            one_of(TRANSACTION.c.service, sorted(services)),
            ~since,
        )
        .order_by(TRANSACTION.c.id)
    )
    return made(Transaction, connection.execute(statement))
