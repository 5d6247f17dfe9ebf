"""Money: what was estimated, charged and paid for each request."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.rows import StoredCharge
from mailproc.store.tables import ChargeRow
from mailproc.store.transactions import TRANSACTION

CHARGE = table_of(ChargeRow)
_ADD = insert(CHARGE)
_TAKE_BACK = delete(CHARGE).where(CHARGE.c.event_id == bindparam("of_event"))
_OF_REQUEST = Constant(
    select(CHARGE).where(CHARGE.c.request_id == bindparam("of_request")).order_by(CHARGE.c.id), StoredCharge
)
_BETWEEN = (
    select(CHARGE)
    .where(CHARGE.c.at >= bindparam("since"), CHARGE.c.at < bindparam("until"))
    .order_by(CHARGE.c.at, CHARGE.c.id)
)
_EVERY = Constant(_BETWEEN, StoredCharge)
_OF_SERVICE = Constant(
    _BETWEEN.join(TRANSACTION, TRANSACTION.c.id == CHARGE.c.transaction_id).where(
        TRANSACTION.c.service == bindparam("of_service")
    ),
    StoredCharge,
)


@dataclass(frozen=True)
class NewCharge:
    """A row to be; see ``tables.ChargeRow``."""

    request_id: int
    transaction_id: int
    event_id: int
    role: str
    partner: str
    kind: str
    status: str
    amount: str
    currency: str
    at: datetime


def add(connection: Connection, charge: NewCharge) -> None:
    connection.execute(_ADD, vars(charge))


def take_back(connection: Connection, event_id: int) -> None:
    """Delete what an act had charged that is undone."""
    connection.execute(_TAKE_BACK, {"of_event": event_id})


def of_request(connection: Connection, request_id: int) -> list[StoredCharge]:
    return list(_OF_REQUEST.rows(connection, {"of_request": request_id}))


def between(
    connection: Connection, since: datetime, until: datetime, service: str = ""
) -> list[StoredCharge]:
    """Return the charges from ``since`` until before ``until``, the oldest first; ``service``: of such."""
    when = {"since": since, "until": until}
    if not service:
        return list(_EVERY.rows(connection, when))
    return list(_OF_SERVICE.rows(connection, when | {"of_service": service}))
