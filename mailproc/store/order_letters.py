"""What happened to letters with an order of ours: does the partner have it, or nobody?

A later message may bounce although the order arrived, and a letter to a reader says nothing about it.
"""

from sqlalchemy import Connection, bindparam, func, select

from mailproc.store.outgoing import INTENT, OUTGOING
from mailproc.store.prepared_statements import made, table_of
from mailproc.store.rows import Transaction
from mailproc.store.tables import TransactionRow

TRANSACTION = table_of(TransactionRow)
_IS_ORDER = (
    INTENT.c.kind == "apdu",
    INTENT.c.body["apdu"]["type"].as_string() == "ILL_REQUEST",
    INTENT.c.state != "withdrawn",
)
_FATES = (
    select(func.coalesce(OUTGOING.c.state, INTENT.c.state))
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(INTENT.c.transaction_id == bindparam("transaction_id"), *_IS_ORDER)
    .distinct()
)
_RETURNED = (
    select(OUTGOING.c.id)
    .join(INTENT, INTENT.c.outgoing_id == OUTGOING.c.id)
    .where(INTENT.c.transaction_id == bindparam("transaction_id"), *_IS_ORDER, OUTGOING.c.state == "bounced")
    .distinct()
)
_IN_LETTER = (
    select(TRANSACTION)
    .join(INTENT, INTENT.c.transaction_id == TRANSACTION.c.id)
    .where(INTENT.c.outgoing_id == bindparam("outgoing_id"), *_IS_ORDER)
    .order_by(INTENT.c.id)
)


def came_back(connection: Connection, transaction_id: int) -> bool:
    """Return whether every order of the transaction bounced."""
    found = _fates(connection, transaction_id)
    return bool(found) and found <= {"bounced", "dismissed"}


def is_with_nobody(connection: Connection, transaction_id: int) -> bool:
    """Return whether every order of the transaction bounced, or was given up before it was sent."""
    found = _fates(connection, transaction_id)
    return bool(found) and found <= {"bounced", "shelved", "dismissed"}


def is_withdrawn(connection: Connection, transaction_id: int) -> bool:
    """Return whether every order of the transaction was taken back before it left."""
    return not _fates(connection, transaction_id) - {"withdrawn"}


def attempts_in(connection: Connection, outgoing_id: int) -> list[Transaction]:
    """Return the transactions whose order is in the letter; empty if it carries none."""
    return made(Transaction, connection.execute(_IN_LETTER, {"outgoing_id": outgoing_id}))


def still_wanted(connection: Connection, outgoing_id: int) -> list[Transaction]:
    """Return those of ``attempts_in`` that wait for an answer: their order must still be placed."""
    waits = (TRANSACTION.c.state == "PENDING", TRANSACTION.c.closed_at.is_(None))
    return made(Transaction, connection.execute(_IN_LETTER.where(*waits), {"outgoing_id": outgoing_id}))


def returned(connection: Connection, transaction_id: int) -> list[int]:
    """Select bounced letters with its order."""
    values = {"transaction_id": transaction_id}
    return list(connection.execute(_RETURNED, values).scalars())


def _fates(connection: Connection, transaction_id: int) -> set[str]:
    """Return the states of the letters of its orders, or of intents without a letter."""
    return set(connection.execute(_FATES, {"transaction_id": transaction_id}).scalars())
