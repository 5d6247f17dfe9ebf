"""The barcode of the item of a transaction, as staff gave it last."""

from sqlalchemy import Connection, RowMapping, bindparam, select

from mailproc.ill.transaction_state import BARCODE_NOTED
from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import Constant, one_of

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
