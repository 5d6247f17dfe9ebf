"""Find the transactions that a letter of people may be about: by our letter, a number, or its reader.

Every question is answered by an index. The caller decides whose transactions count.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, or_, select, text

from mailproc.ill.terms import Role
from mailproc.store.current_patrons import IS_CURRENT, PATRON
from mailproc.store.outgoing import INTENT, OUTGOING
from mailproc.store.prepared_statements import made, table_of
from mailproc.store.requests import REQUEST
from mailproc.store.rows import TransactionOptions
from mailproc.store.tables import ORDER_OR_LINE, Instant, ReferenceRow, TransactionRow
from mailproc.store.text import storable

TRANSACTION = table_of(TransactionRow)
REFERENCE = table_of(ReferenceRow)
MOST = 500
"""Rows of one question: an order file holds some dozens of orders."""


@dataclass(frozen=True)
class NamedTransaction:
    """An attempt with what tells whose it is. ``number``: of its request; ``written``: as it was named."""

    id: int
    request_id: int
    attempt: int
    role: Role
    partner: str
    options: TransactionOptions | None
    number: str
    patron_id: str | None
    closed_at: datetime | None
    written: str

    @property
    def name(self) -> str:
        """Return the attempt's number: B12-1."""
        return f"{self.number}-{self.attempt}"


_COLUMNS = (
    TRANSACTION.c.id, TRANSACTION.c.request_id, TRANSACTION.c.attempt, TRANSACTION.c.role,
    TRANSACTION.c.partner, TRANSACTION.c.options, REQUEST.c.number, REQUEST.c.patron_id,
    REQUEST.c.closed_at,
)  # fmt: skip
_WITH_REQUEST = TRANSACTION.c.request_id == REQUEST.c.id
_WRITTEN: BindParameter[Any] = bindparam("written", expanding=True)


def _named(written: Any) -> Select[Any]:
    return select(*_COLUMNS, written.label("written")).limit(MOST)


_BY_LETTER = (
    _named(OUTGOING.c.message_id)
    .select_from(OUTGOING)
    .join(INTENT, INTENT.c.outgoing_id == OUTGOING.c.id)
    .join(TRANSACTION, TRANSACTION.c.id == INTENT.c.transaction_id)
    .join(REQUEST, _WITH_REQUEST)
    .where(OUTGOING.c.message_id.in_(_WRITTEN))
)
_BY_REFERENCE = (
    _named(REFERENCE.c.value)
    .select_from(REFERENCE)
    .join(TRANSACTION, TRANSACTION.c.id == REFERENCE.c.transaction_id)
    .join(REQUEST, _WITH_REQUEST)
    .where(REFERENCE.c.value.in_(_WRITTEN), text(ORDER_OR_LINE))
)
_BY_NUMBER = (
    _named(REQUEST.c.number)
    .select_from(REQUEST)
    .join(TRANSACTION, _WITH_REQUEST)
    .where(REQUEST.c.number.in_(_WRITTEN))
)
_BY_THEIR_NUMBER = (
    _named(func.upper(TRANSACTION.c.tgq))
    .select_from(TRANSACTION)
    .join(REQUEST, _WITH_REQUEST)
    .where(func.upper(TRANSACTION.c.tgq).in_(_WRITTEN))
)
_OF_READER = (
    _named(PATRON.c.email)
    .select_from(PATRON)
    .join(REQUEST, REQUEST.c.patron_id == PATRON.c.id)
    .join(TRANSACTION, _WITH_REQUEST)
    .where(
        func.lower(PATRON.c.email) == bindparam("address"),
        IS_CURRENT,
        or_(REQUEST.c.closed_at.is_(None), REQUEST.c.closed_at >= bindparam("since", type_=Instant)),
    )
)


def answered(connection: Connection, message_ids: Collection[str]) -> list[NamedTransaction]:
    """Return what our letters with these Message-IDs are about."""
    return _asked(connection, _BY_LETTER, message_ids)


def by_reference(connection: Connection, values: Collection[str]) -> list[NamedTransaction]:
    """Return what any partner calls so: our number as we wrote it, or its own number of our order."""
    return _asked(connection, _BY_REFERENCE, values)


def by_number(connection: Connection, numbers: Collection[str]) -> list[NamedTransaction]:
    """Return every attempt of the requests with these numbers ("B12")."""
    return _asked(connection, _BY_NUMBER, numbers)


def by_their_number(connection: Connection, values: Collection[str]) -> list[NamedTransaction]:
    """Return what any borrower of ours calls so; ``values`` in capitals."""
    found = _asked(connection, _BY_THEIR_NUMBER, values)
    return [one for one in found if one.role is Role.RESPONDER]  # said to SQLite, it takes another index


def of_reader(connection: Connection, address: str, since: datetime) -> list[NamedTransaction]:
    """Return the attempts for readers with this address (in lower case), open or closed after ``since``.

    The newest requests come first.
    """
    if not address:
        return []
    values = {"address": storable(address), "since": since}
    found = made(NamedTransaction, connection.execute(_OF_READER, values))
    return sorted(found, key=lambda one: (-one.request_id, one.attempt))


def _asked(
    connection: Connection, statement: Select[Any], written: Collection[str]
) -> list[NamedTransaction]:
    if not written:
        return []
    values = {"written": [storable(one) for one in dict.fromkeys(written)]}
    return made(NamedTransaction, connection.execute(statement, values))
