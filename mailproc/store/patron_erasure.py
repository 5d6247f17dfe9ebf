"""Erase a reader from the store: the person, and whose the requests were. The requests stay."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, bindparam, select

from mailproc.store import (
    link_letters,
    patron_lists,
    patron_numbers,
    patrons,
    request_erasure,
    requests,
    submissions,
)
from mailproc.store.current_patrons import PATRON
from mailproc.store.events import EVENT
from mailproc.store.outgoing import INTENT
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.requests import REQUEST
from mailproc.store.tables import TransactionRow
from mailproc.store.text import storable

PORTION = 500
_TRANSACTION = table_of(TransactionRow)
_REQUESTS = Constant(
    select(REQUEST.c.id, REQUEST.c.number, REQUEST.c.more)
    .where(REQUEST.c.patron_id == bindparam("patron_id"))
    .order_by(REQUEST.c.id)
)
_DELETE = Constant(PATRON.delete().where(PATRON.c.id == bindparam("patron_id")))
_IN_ATTEMPTS = _TRANSACTION.c.request_id == bindparam("request_id")
_LETTERS_OUT = Constant(
    select(INTENT.c.outgoing_id)
    .join(_TRANSACTION, _TRANSACTION.c.id == INTENT.c.transaction_id)
    .where(_IN_ATTEMPTS)
)
_LETTERS_IN = Constant(
    select(EVENT.c.inbox_id)
    .join(_TRANSACTION, _TRANSACTION.c.id == EVENT.c.transaction_id)
    .where(_IN_ATTEMPTS)
)
_IDS = Constant(
    select(PATRON.c.id)
    .where(PATRON.c.id > bindparam("after"))
    .order_by(PATRON.c.id)
    .limit(bindparam("most", type_=Integer))
)
_NAMED = Constant(
    select(REQUEST.c.patron_id)
    .where(REQUEST.c.patron_id > bindparam("after"))
    .order_by(REQUEST.c.patron_id)
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True)
class Erased:
    """``known``: there was a row of the reader. ``requests``: numbers that are nobody's now, also of what was
    submitted and never ordered. ``letters``: in and out, which may name the reader and stay, those of forms
    too; those to the reader are deleted. ``declared``: numbers whose declaration of copyright, signed by
    name, stays."""

    known: bool
    requests: tuple[str, ...]
    letters: tuple[str, ...]
    declared: tuple[str, ...]


def is_open(connection: Connection, patron_id: str) -> list[str]:
    """Return the numbers of the reader's open requests; one to review is nobody's yet."""
    return patron_lists.open_requests(connection, patron_id)


def erase(connection: Connection, patron_id: str, wishes: Collection[int] = ()) -> Erased:
    """Delete the reader, also what an import is staging; take the reader out of all requests.

    ``wishes``: ids of requests that are the reader's too (``wishes_of_reader``).
    """
    patron_id = storable(patron_id)
    rows = _REQUESTS.rows(connection, {"patron_id": patron_id})
    letters: dict[str, None] = {}
    ids = sorted({*(row["id"] for row in rows), *submissions.of_reader(connection, patron_id), *wishes})
    numbers = tuple(requests.number_of(connection, one) for one in ids)
    for request_id in ids:
        letters |= dict.fromkeys(submissions.letters(connection, request_id))
        letters |= dict.fromkeys(_letters(connection, request_id))
        for deleted in request_erasure.erase(connection, requests.load(connection, request_id)):
            letters.pop(f"O{deleted}", None)
    link_letters.erase_reader(connection, patron_id)
    known = _DELETE.count(connection, {"patron_id": patron_id}) > 0
    patron_numbers.renew(connection, [patron_id])
    declared = tuple(row["number"] for row in rows if "declaration" in (row["more"] or {}))
    return Erased(known, numbers, tuple(letters), declared)


def _letters(connection: Connection, request_id: int) -> Iterator[str]:
    for prefix, statement, column in (("I", _LETTERS_IN, "inbox_id"), ("O", _LETTERS_OUT, "outgoing_id")):
        for row in statement.rows(connection, {"request_id": request_id}):
            if row[column] is not None:
                yield f"{prefix}{row[column]}"


def ids_after(connection: Connection, after: str) -> list[str]:
    """Return the next ids of readers, in order."""
    return [row["id"] for row in _IDS.rows(connection, {"after": after, "most": PORTION})]


def named_after(connection: Connection, after: str) -> list[str]:
    """Return the next ids that requests name, in order, some more than once."""
    return [row["patron_id"] for row in _NAMED.rows(connection, {"after": after, "most": PORTION})]


def is_known(connection: Connection, patron_id: str) -> bool:
    """Return whether there is a row of the reader, a request, or what was submitted under the number."""
    patron_id = storable(patron_id)
    if patrons.load(connection, patron_id) is not None:
        return True
    if _REQUESTS.rows(connection, {"patron_id": patron_id}):
        return True
    return bool(submissions.of_reader(connection, patron_id))
