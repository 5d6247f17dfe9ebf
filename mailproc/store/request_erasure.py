"""Take the reader out of one request: whose it was, where it was to go, and all that its letters told.

The request, its states and what was charged stay.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, exists, func, or_, select, text

from mailproc.store import (
    find,
    hook_calls,
    letters_to_reader,
    link_letters,
    patron_numbers,
    patrons,
    reader_in_messages,
    submissions,
)
from mailproc.store.current_patrons import PATRON
from mailproc.store.patron_imports import FILE
from mailproc.store.prepared_statements import Constant, update_of
from mailproc.store.requests import REQUEST
from mailproc.store.rows import StoredRequest
from mailproc.store.tables import DECLARED, Instant, RequestRow

DECLARATION = "declaration"
_UNNAME = Constant(update_of(RequestRow, ("patron_id", "delivery", "note", "more", "declaration_kept")))
_MARK = Constant(update_of(RequestRow, ("anonymised_at",)))
_DUE = Constant(
    select(REQUEST)
    .where(
        REQUEST.c.anonymised_at.is_(None),
        REQUEST.c.closed_at.is_not(None),
        REQUEST.c.closed_at < bindparam("before", type_=Instant),
        REQUEST.c.closed_at >= bindparam("since", type_=Instant),
        or_(
            REQUEST.c.closed_at > bindparam("since", type_=Instant),
            REQUEST.c.id > bindparam("after", type_=Integer),
        ),
    )
    .order_by(REQUEST.c.closed_at, REQUEST.c.id)
    .limit(bindparam("most", type_=Integer)),
    StoredRequest,
)
_DECLARED = Constant(
    select(REQUEST)
    .where(text(DECLARED), REQUEST.c.closed_at < bindparam("before", type_=Instant))
    .order_by(REQUEST.c.closed_at)
    .limit(bindparam("most", type_=Integer)),
    StoredRequest,
)
_COUNT_DECLARED = Constant(
    select(func.count())
    .select_from(REQUEST)
    .where(text(DECLARED), REQUEST.c.closed_at < bindparam("before", type_=Instant))
)
_UNDECLARE = Constant(update_of(RequestRow, ("more", "declaration_kept")))
_FORGET_PERSON = Constant(
    PATRON.delete().where(
        PATRON.c.id == bindparam("patron_id"),
        PATRON.c.source != FILE,
        ~exists().where(REQUEST.c.patron_id == bindparam("patron_id")),
    )
)


def due(
    connection: Connection, before: datetime, last: StoredRequest | None, most: int
) -> Sequence[StoredRequest]:
    """Return requests that were closed before then and may say whose they were, behind ``last``."""
    since = last.closed_at if last is not None else datetime.min.replace(tzinfo=UTC)
    after = last.id if last is not None else 0
    return _DUE.rows(connection, {"before": before, "since": since, "after": after, "most": most})


def erase(connection: Connection, request: StoredRequest) -> Sequence[int]:
    """Take the reader out; return the letters to the reader whose bytes were deleted.

    A signed declaration of copyright stays (``declared``).
    """
    reader = patrons.load(connection, request.patron_id)
    words = reader_in_messages.words_of(connection, request.id, reader)
    reader_in_messages.erase(connection, request.id, words)
    submissions.erase(connection, request.id)
    hook_calls.erase_reader(connection, request.id)
    kept: dict[str, Any] = {
        "row_id": request.id,
        "patron_id": None,
        "delivery": None,
        "note": words.from_note(request.note),
        "more": request.more,
        "declaration_kept": int(DECLARATION in (request.more or {})),
    }
    _UNNAME.run(connection, kept)
    find.keep(connection, request.id)
    letters_to_reader.erase_from(connection, request.id, words.emails)
    return letters_to_reader.erase(connection, request.id)


def anonymise(connection: Connection, request: StoredRequest, at: datetime) -> Sequence[int]:
    """As ``erase``; and the reader goes, unless a file of readers has them or another request names them."""
    letters = erase(connection, request)
    _MARK.run(connection, {"row_id": request.id, "anonymised_at": at})
    patron_id = request.patron_id
    if patron_id is not None and _FORGET_PERSON.count(connection, {"patron_id": patron_id}):
        link_letters.erase_reader(connection, patron_id)
        patron_numbers.renew(connection, [patron_id])
    return letters


def declared(connection: Connection, before: datetime, most: int) -> Sequence[StoredRequest]:
    """Return requests closed before then that are anonymised but for a declaration of copyright."""
    return _DECLARED.rows(connection, {"before": before, "most": most})


def count_declared(connection: Connection, before: datetime) -> int:
    """Return how many requests ``declared`` would give in all."""
    return int(_COUNT_DECLARED.scalar(connection, {"before": before}))


def undeclare(connection: Connection, request: StoredRequest) -> None:
    """Delete the declaration; that there was one stays (``copyright_declared``)."""
    kept = {name: value for name, value in (request.more or {}).items() if name != DECLARATION}
    _UNDECLARE.run(connection, {"row_id": request.id, "more": kept or None, "declaration_kept": 0})
