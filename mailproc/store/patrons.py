"""The readers of this library."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, bindparam, func, select, text

from mailproc.store import find, patron_numbers
from mailproc.store.current_patrons import CURRENT_IMPORT, IS_CURRENT, PATRON
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.rows import StoredPatron
from mailproc.store.tables import FOREVER, RequestRow
from mailproc.store.text import storable

REQUEST = table_of(RequestRow)
STAFF = "staff"
"""``patron.source`` of a reader whose e-mail address staff have typed, and no file has."""
_LOAD = Constant(select(PATRON).where(PATRON.c.id == bindparam("patron_id"), IS_CURRENT), StoredPatron)
_WITH_EMAIL = Constant(
    select(PATRON)
    .where(func.lower(PATRON.c.email) == bindparam("address"), IS_CURRENT)
    .limit(bindparam("most", type_=Integer)),
    StoredPatron,
)
_REQUESTS = select(REQUEST.c.id).where(REQUEST.c.patron_id == bindparam("patron_id"))
_SET = ", ".join(
    f"{name} = CASE WHEN :{name} = '' THEN {name} ELSE :{name} END" for name in ("name", "status", "language")
)
# An address of the library's file stays: whoever places a request gets no letters of somebody else.
_SET += f", email = CASE WHEN :email = '' OR (source NOT IN ('', '{STAFF}') AND email <> '') THEN email"
_SET += " ELSE :email END, source = CASE WHEN source = '' THEN :source ELSE source END"
# What an import is staging too: a request is newer than its file.
_CHANGE = text(f"UPDATE patron SET {_SET} WHERE id = :id AND until > {CURRENT_IMPORT}")  # noqa: S608  # ours
_TEXTS = ", ".join(
    f"CAST(:{name} AS VARCHAR)" for name in ("id", "name", "email", "status", "language", "source")
)
_ADD = text(
    f"""
    INSERT INTO patron (since, until, id, name, email, status, language, source, pickup)
    SELECT {CURRENT_IMPORT}, coalesce(min(since), {FOREVER}), {_TEXTS}, ''
    FROM patron WHERE id = :id AND since > {CURRENT_IMPORT}
    """  # noqa: S608  # ours
)


def load(connection: Connection, patron_id: str | None) -> StoredPatron | None:
    if patron_id is None:
        return None
    return _LOAD.row(connection, {"patron_id": patron_id})


def with_email(connection: Connection, address: str, most: int) -> Sequence[StoredPatron]:
    """Return readers with this e-mail address, in whatever case; ``most`` at most."""
    return _WITH_EMAIL.rows(connection, {"address": storable(address).lower(), "most": most})


@dataclass(frozen=True)
class NamedReader:
    """A reader as a request names one; '' is left out."""

    id: str
    name: str = ""
    email: str = ""
    status: str = ""
    language: str = ""


def keep(
    connection: Connection, reader: NamedReader, *, corrects: bool = True, by_staff: bool = False
) -> bool:
    """Store the reader; what is left out stays as it was, so does an e-mail address of the library's file.

    ``corrects``: whether an address that another request brought is replaced, and a reader of the file who
    has none gets one. ``by_staff``: they have typed it; no other request replaces that. Return whether what
    is stored stays though the request names another.
    """
    values = {name: storable(value) for name, value in vars(reader).items()}
    values["source"] = STAFF if by_staff and values["email"] else ""
    before = load(connection, values["id"])
    said, known = values["email"], before.email if before is not None else ""
    stays = before is not None and _stays(before, corrects=corrects, by_staff=by_staff)
    if stays:
        values["email"] = ""
    connection.execute(_CHANGE, values)
    if before is None:
        connection.execute(_ADD, values)
        patron_numbers.renew(connection, [values["id"]])
    elif values["name"] not in ("", before.name):
        name_requests(connection, values["id"])
    return stays and said.lower() not in ("", known.lower())


def _stays(reader: StoredPatron, *, corrects: bool, by_staff: bool) -> bool:
    """Return whether the e-mail address stays as it is, also where there is none."""
    if reader.source == STAFF:
        return not by_staff
    is_of_file = reader.source != ""
    return is_of_file or bool(reader.email) if not corrects else is_of_file and bool(reader.email)


def name_requests(connection: Connection, patron_id: str) -> int:
    """Have the reader's requests found by the name that counts now; return how many there are."""
    request_ids = connection.execute(_REQUESTS, {"patron_id": patron_id}).scalars().all()
    for request_id in request_ids:
        find.keep(connection, request_id)
    return len(request_ids)
