"""The barcode of the item of a transaction, as staff gave it last."""

from sqlalchemy import Connection, RowMapping, bindparam, select, text

from mailproc.ill.actions import WITH_US
from mailproc.ill.terms import Role, State
from mailproc.ill.transaction_state import BARCODE_NOTED
from mailproc.store import taken_back
from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import Constant, one_of, table_of
from mailproc.store.requests import REQUEST
from mailproc.store.tables import ItemBarcodeRow
from mailproc.store.transactions import TRANSACTION

_BARCODE = table_of(ItemBarcodeRow)
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
        taken_back.stands(),
    )
    .order_by(EVENT.c.id.desc())
    .limit(MOST)
)


def latest(connection: Connection, transaction_id: int) -> str:
    """Return it; '' if none was given."""
    found = _LATEST.rows(connection, {"transaction_id": transaction_id})
    return next((code for row in found if (code := (row["facts"] or {}).get("barcode"))), "")


_NOTE = Constant(
    text(
        "INSERT INTO item_barcode (barcode, transaction_id) VALUES (:barcode, :transaction_id)"
        " ON CONFLICT (barcode, transaction_id) DO NOTHING"
    )
)


def note(connection: Connection, transaction_id: int, barcode: str) -> None:
    """Make the transaction found by the barcode that an event of it has."""
    _NOTE.run(connection, {"barcode": barcode, "transaction_id": transaction_id})


def given_to(connection: Connection, barcode: str) -> list[int]:
    """Return the transactions whose item has this barcode by what staff said last, the newest ones first."""
    found = connection.execute(
        select(_BARCODE.c.transaction_id)
        .where(_BARCODE.c.barcode == barcode)
        .order_by(_BARCODE.c.transaction_id.desc())
        .limit(MOST)
    ).scalars()
    return [each for each in found.all() if latest(connection, each) == barcode]


_OUT = [one.name for one in (State.SHIPPED, *WITH_US)]


def lent_with(connection: Connection, barcode: str, besides: int) -> str:
    """Return the number of the oldest loan of ours whose item has this barcode and is not back; '' if none.

    ``besides``: a transaction that does not count.
    """
    found = connection.execute(
        select(TRANSACTION.c.id, REQUEST.c.number)
        .join_from(_BARCODE, TRANSACTION, TRANSACTION.c.id == _BARCODE.c.transaction_id)
        .join(REQUEST, REQUEST.c.id == TRANSACTION.c.request_id)
        .where(
            _BARCODE.c.barcode == barcode,
            one_of(TRANSACTION.c.role, (Role.RESPONDER.name,)),
            one_of(TRANSACTION.c.state, _OUT),
            TRANSACTION.c.closed_at.is_(None),
            TRANSACTION.c.id != besides,
        )
    ).all()
    return next((row.number for row in sorted(found) if latest(connection, row.id) == barcode), "")
