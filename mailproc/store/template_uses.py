"""What was written last: the requests on which a text is tried."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from mailproc.store.intent_bodies import IntentBody
from mailproc.store.outgoing import INTENT
from mailproc.store.prepared_statements import Constant
from mailproc.store.rows import Transaction
from mailproc.store.transactions import TRANSACTION


@dataclass(frozen=True)
class SaidLately:
    """What was said about a transaction; None where about none."""

    transaction_id: int | None
    body: IntentBody | None


_SAID = Constant(
    select(INTENT.c.transaction_id, INTENT.c.body).order_by(INTENT.c.id.desc()).limit(bindparam("most")),
    SaidLately,
)
_NEWEST = Constant(
    select(TRANSACTION).order_by(TRANSACTION.c.id.desc()).limit(bindparam("most")), Transaction
)


def said_lately(connection: Connection, most: int) -> Sequence[SaidLately]:
    """Return what was said last, to systems and to people, the newest first."""
    return _SAID.rows(connection, {"most": most})


def newest(connection: Connection, most: int) -> Sequence[Transaction]:
    """Return the newest transactions, the newest first."""
    return _NEWEST.rows(connection, {"most": most})
