"""The barcode of the item of a transaction, as staff gave it last."""

from sqlalchemy import Connection, RowMapping, bindparam, select

from mailproc.ill.actions import WITH_US
from mailproc.ill.terms import Role, State
from mailproc.ill.transaction_state import BARCODE_NOTED
from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import Constant, one_of
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION

ACTS = ("receive", "ship", "will-supply", BARCODE_NOTED)
"""What staff do when they give a barcode."""
MOST = 20
"""The latest of them that are looked at."""

_LATEST: Constant[RowMapping] = Constant(
    select(EVENT.c.facts)
    .where(
        EVENT.c.transaction_id == bindparam("transaction_id"),
        one_of(EVENT.c.type, ACTS),
        EVENT.c.state == "done",
    )
    .order_by(EVENT.c.id.desc())
    .limit(MOST)
)


def latest(connection: Connection, transaction_id: int) -> str:
    """Return it; '' if none was given."""
    found = _LATEST.rows(connection, {"transaction_id": transaction_id})
    return next((code for row in found if (code := (row["facts"] or {}).get("barcode"))), "")


_OUT = [one.name for one in (State.SHIPPED, *WITH_US)]


def lent_with(connection: Connection, barcode: str, besides: int) -> str:
    """Return the number of the oldest loan of ours whose item has this barcode and is not back; '' if none.

    ``besides``: a transaction that does not count.
    """
    given = select(EVENT.c.id).where(
        EVENT.c.transaction_id == TRANSACTION.c.id,
        one_of(EVENT.c.type, ACTS),
        EVENT.c.facts["barcode"].as_string() == barcode,
    )
    found = connection.execute(
        select(TRANSACTION.c.id, REQUEST.c.number)
        .join_from(TRANSACTION, REQUEST, REQUEST.c.id == TRANSACTION.c.request_id)
        .where(
            one_of(TRANSACTION.c.role, (Role.RESPONDER.name,)),
            one_of(TRANSACTION.c.state, _OUT),
            TRANSACTION.c.closed_at.is_(None),
            TRANSACTION.c.id != besides,
            given.exists(),
        )
    ).all()
    return next((row.number for row in sorted(found) if latest(connection, row.id) == barcode), "")
