"""Go through all readers, and through the open requests of one."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from mailproc.store.current_patrons import IS_CURRENT, PATRON
from mailproc.store.patrons import REQUEST
from mailproc.store.prepared_statements import Constant
from mailproc.store.rows import StoredPatron
from mailproc.store.submissions import DECLINED
from mailproc.store.tables import Instant
from mailproc.store.text import storable

PORTION = 500
_AFTER = Constant(
    select(PATRON).where(PATRON.c.id > bindparam("after"), IS_CURRENT).order_by(PATRON.c.id).limit(PORTION),
    StoredPatron,
)
_NUMBERS = (
    select(REQUEST.c.number)
    .where(REQUEST.c.patron_id == bindparam("patron_id"), REQUEST.c.closed_at.is_(None))
    .order_by(REQUEST.c.id)
)

_SINCE = Constant(
    select(func.count())
    .select_from(REQUEST)
    .where(
        REQUEST.c.patron_id == bindparam("patron_id"),
        REQUEST.c.created_at >= bindparam("since", type_=Instant),
        REQUEST.c.outcome != DECLINED,
    )
)


def all_patrons(connection: Connection) -> Iterator[StoredPatron]:
    """Give every reader, by id."""
    last = ""
    while rows := _AFTER.rows(connection, {"after": last}):
        last = rows[-1].id
        yield from rows


def count_since(connection: Connection, patron_id: str, since: datetime) -> int:
    """Return how many requests of the reader were placed since then, without those that staff declined."""
    values = {"patron_id": storable(patron_id), "since": since}
    return int(_SINCE.scalar(connection, values))


def open_requests(connection: Connection, patron_id: str) -> list[str]:
    """Return the numbers of the reader's open requests, oldest first."""
    return list(connection.execute(_NUMBERS, {"patron_id": storable(patron_id)}).scalars())
