"""What a reader of ours has asked for, and which letters we wrote about it. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, select

from mailproc.ill.terms import Role
from mailproc.office.queries.agenda import Need
from mailproc.office.queries.listing import ListedRequest, RequestLine, joined, line_of, unsent
from mailproc.store import letters_to_reader, submissions
from mailproc.store.intent_bodies import name_of
from mailproc.store.prepared_statements import made
from mailproc.store.requests import REQUEST
from mailproc.store.rows import StoredRequest
from mailproc.store.submissions import ACCEPTED
from mailproc.store.text import storable
from mailproc.store.transactions import TRANSACTION


@dataclass(frozen=True)
class RequestOfReader:
    """``id``: of its row. ``closed_at``: None while it is open."""

    id: int
    line: RequestLine
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class LetterToReader:
    """A letter of ours to a reader. ``id``: "O12"; ``notice``: its text, "patron/arrived"; ``number``: of the
    request; ``state``: of the letter."""

    id: str
    notice: str
    number: str
    state: str
    at: datetime


_IS_SENT = exists().where(TRANSACTION.c.request_id == REQUEST.c.id)


def owned(connection: Connection, patron_id: str, most: int, source: str = "") -> list[StoredRequest]:
    """Return the newest requests of the reader, also what waits for review and what was declined.

    ``source``: only of what came from there, else of all: a number in the letter of a form proves nothing.
    """
    found = [*_sent(connection, patron_id, most), *_submitted(connection, patron_id, most, source)]
    newest = sorted({one.id: one for one in found}.items(), reverse=True)
    return [one for _, one in newest[:most]]


def is_owned(connection: Connection, patron_id: str, row: StoredRequest, source: str) -> bool:
    """Return whether a request is one of ``owned``, however old it is."""
    wish = submissions.load(connection, row.id)
    if wish is not None and wish.state != ACCEPTED:
        named = patron_id == wish.patron_id or wish.counted == submissions.READER + patron_id
        return named and not wish.partner and wish.source == source
    return row.role is Role.REQUESTER and row.patron_id == patron_id


def listed(connection: Connection, patron_id: str, most: int) -> list[RequestOfReader]:
    """Return the same as lines of a list."""
    rows = owned(connection, patron_id, most)
    statement = joined().where(REQUEST.c.id.in_([one.id for one in rows]))
    sent = {one.request_id: one for one in made(ListedRequest, connection.execute(statement))}
    return [
        RequestOfReader(
            one.id,
            line_of(connection, sent[one.id], Need()) if one.id in sent else unsent(one, Need()),
            one.created_at,
            one.closed_at,
        )
        for one in rows
    ]


def _sent(connection: Connection, patron_id: str, most: int) -> list[StoredRequest]:
    is_theirs = (REQUEST.c.patron_id == storable(patron_id), REQUEST.c.role == Role.REQUESTER, _IS_SENT)
    statement = select(REQUEST).where(*is_theirs).order_by(REQUEST.c.id.desc()).limit(most)
    return made(StoredRequest, connection.execute(statement))


def _submitted(connection: Connection, patron_id: str, most: int, source: str) -> list[StoredRequest]:
    """Return what was submitted under the reader's number, and is no order."""
    ids = submissions.wishes_of_reader(connection, patron_id, source)[-most:]
    return made(StoredRequest, connection.execute(select(REQUEST).where(REQUEST.c.id.in_(ids))))


def letters(connection: Connection, asked: list[RequestOfReader]) -> list[LetterToReader]:
    """Return our letters to the reader about these requests, the newest first."""
    found = [
        LetterToReader(f"O{row.id}", name_of(row.body), one.line.number, row.state, row.prepared_at)
        for one in asked
        for row in letters_to_reader.written(connection, one.id)
    ]
    return sorted(found, key=lambda one: int(one.id[1:]), reverse=True)
