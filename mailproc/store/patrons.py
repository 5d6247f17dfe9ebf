"""The readers of this library."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, text

from mailproc.store import find
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.rows import StoredPatron
from mailproc.store.tables import PatronRow, RequestRow
from mailproc.store.text import storable

PATRON = table_of(PatronRow)
_REQUEST = table_of(RequestRow)
_LOAD = Constant(select(PATRON).where(PATRON.c.id == bindparam("patron_id")), StoredPatron)
_REQUESTS = select(_REQUEST.c.id).where(_REQUEST.c.patron_id == bindparam("patron_id"))
_KEEP = text(
    "INSERT INTO patron (id, name, email, status, language)"
    " VALUES (:id, :name, :email, :status, :language)"
    " ON CONFLICT (id) DO UPDATE SET"
    " name = CASE WHEN excluded.name = '' THEN patron.name ELSE excluded.name END,"
    " email = CASE WHEN excluded.email = '' THEN patron.email ELSE excluded.email END,"
    " status = CASE WHEN excluded.status = '' THEN patron.status ELSE excluded.status END,"
    " language = CASE WHEN excluded.language = '' THEN patron.language ELSE excluded.language END"
)


def load(connection: Connection, patron_id: str | None) -> StoredPatron | None:
    if patron_id is None:
        return None
    return _LOAD.row(connection, {"patron_id": patron_id})


@dataclass(frozen=True)
class NamedReader:
    """A reader as a request names one; '' is left out."""

    id: str
    name: str = ""
    email: str = ""
    status: str = ""
    language: str = ""


def keep(connection: Connection, reader: NamedReader) -> None:
    """Store the reader; what is left out stays as it was."""
    values = {name: storable(value) for name, value in vars(reader).items()}
    before = load(connection, values["id"])
    connection.execute(_KEEP, values)
    if before is not None and values["name"] not in ("", before.name):
        for request_id in connection.execute(_REQUESTS, {"patron_id": values["id"]}).scalars().all():
            find.keep(connection, request_id)
