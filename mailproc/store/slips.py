"""The attempts that slips are printed for."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from mailproc.store.prepared_statements import made, one_of
from mailproc.store.rows import Transaction
from mailproc.store.transactions import TRANSACTION


def attempts(
    connection: Connection, role: str, services: Collection[str], states: Collection[str]
) -> Sequence[Transaction]:
    """Return the attempts of that role in any of ``states`` and ``services`` (by name), in no order."""
    statement = select(TRANSACTION).where(
        one_of(TRANSACTION.c.role, (role,)),
        one_of(TRANSACTION.c.state, sorted(states)),
        one_of(TRANSACTION.c.service, sorted(services)),
    )
    return made(Transaction, connection.execute(statement))
