"""What a reader of ours has asked for, and which letters we wrote about it. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.ill.terms import Role
from mailproc.office.queries.agenda import Need
from mailproc.office.queries.listing import ListedRequest, RequestLine, joined, line_of, unsent
from mailproc.store import letters_to_reader, requests, submissions
from mailproc.store.intent_bodies import name_of
from mailproc.store.prepared_statements import made
from mailproc.store.requests import REQUEST
from mailproc.store.rows import StoredRequest
from mailproc.store.submissions import ACCEPTED
from mailproc.store.text import storable


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


def listed(connection: Connection, patron_id: str, most: int, source: str = "") -> list[RequestOfReader]:
    """Return the newest requests of the reader, also what waits for review and what was declined.

    ``source``: only of what came from there, else of all: a number in the letter of a form proves nothing.
    """
    sent = [(row.request_id, line_of(connection, row, Need())) for row in _sent(connection, patron_id, most)]
    submitted = [(one.id, unsent(one, Need())) for one in _submitted(connection, patron_id, most, source)]
    newest = sorted(dict([*submitted, *sent]).items(), reverse=True)[:most]
    return [_of(requests.load(connection, row_id), line) for row_id, line in newest]


def _of(row: StoredRequest, line: RequestLine) -> RequestOfReader:
    return RequestOfReader(row.id, line, row.created_at, row.closed_at)


def _sent(connection: Connection, patron_id: str, most: int) -> list[ListedRequest]:
    is_theirs = REQUEST.c.patron_id == storable(patron_id)
    ours = REQUEST.c.role == Role.REQUESTER
    statement = joined().where(is_theirs, ours).order_by(REQUEST.c.id.desc()).limit(most)
    return made(ListedRequest, connection.execute(statement))


def _submitted(connection: Connection, patron_id: str, most: int, source: str) -> list[StoredRequest]:
    """Return what was submitted under the reader's number, and is no order: another library's is not ours."""
    ids = submissions.of_reader(connection, patron_id)[-most:]
    found = [submissions.load(connection, one) for one in ids]
    wishes = [one for one in found if one is not None and one.state != ACCEPTED and not one.partner]
    wishes = [one for one in wishes if source in ("", one.source)]
    return [requests.load(connection, one.request_id) for one in wishes]


def letters(connection: Connection, asked: list[RequestOfReader]) -> list[LetterToReader]:
    """Return our letters to the reader about these requests, the newest first."""
    found = [
        LetterToReader(f"O{row.id}", name_of(row.body), one.line.number, row.state, row.prepared_at)
        for one in asked
        for row in letters_to_reader.written(connection, one.id)
    ]
    return sorted(found, key=lambda one: int(one.id[1:]), reverse=True)
