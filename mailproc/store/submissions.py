"""Requests that were submitted, and what staff have made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from sqlalchemy import Connection, Integer, bindparam, func, or_, select, text

from mailproc.store import put_off, requests
from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import Constant, made, table_of
from mailproc.store.rows import Event
from mailproc.store.submission_tables import TO_REVIEW, SubmissionRow
from mailproc.store.tables import Instant
from mailproc.store.text import storable

SUBMISSION = table_of(SubmissionRow)
PORTION = 500
MOST = 10_000
"""Requests to review that are counted at most."""
REVIEW, ACCEPTED, DECLINED = "review", "accepted", "declined"
"""States of a submission; the last is the outcome of its request too."""


READER = "reader "
"""Begins ``counted`` of a reader of the store, before the id: however the number was written."""
_TEXTS = ("number", "patron_id", "words", "source", "counted")


class ReaderSaid(TypedDict, total=False):
    """What was said of the reader beside the number."""

    name: str
    email: str
    status: str


@dataclass(frozen=True)
class Submission:
    """A row of ``submission_tables.SubmissionRow``."""

    request_id: int
    state: str
    source: str
    content: str
    at: datetime
    partner: str
    number: str
    guessed: bool
    patron_id: str
    reader: ReaderSaid | None
    lenders: list[str] | None
    unread: list[str] | None
    doubtful: list[str] | None
    words: str
    counted: str
    event_ids: list[int] | None


_LOAD = Constant(select(SUBMISSION).where(SUBMISSION.c.request_id == bindparam("request_id")), Submission)
_SAME = Constant(
    select(SUBMISSION.c.request_id)
    .where(
        SUBMISSION.c.content == bindparam("content"),
        SUBMISSION.c.at >= bindparam("since", type_=Instant),
        SUBMISSION.c.source == bindparam("source"),
    )
    .limit(1)
)
_OF_READER = Constant(
    select(SUBMISSION.c.request_id, SUBMISSION.c.state, SUBMISSION.c.partner, SUBMISSION.c.source).where(
        or_(SUBMISSION.c.patron_id == bindparam("patron_id"), SUBMISSION.c.counted == bindparam("reader"))
    )
)
_OF_SENDER = (
    select(SUBMISSION.c.request_id)
    .where(
        SUBMISSION.c.source == bindparam("source"),
        SUBMISSION.c.counted == bindparam("counted"),
        SUBMISSION.c.at >= bindparam("since", type_=Instant),
    )
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
_COUNT_SINCE = Constant(select(func.count()).select_from(_OF_SENDER))
_OF_FORM = (
    select(SUBMISSION.c.request_id)
    .where(text(TO_REVIEW), SUBMISSION.c.source == bindparam("source"))
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
_COUNT_OF_FORM = Constant(select(func.count()).select_from(_OF_FORM))
_NUMBERED = Constant(
    select(SUBMISSION.c.request_id, SUBMISSION.c.content, SUBMISSION.c.state)
    .where(SUBMISSION.c.source == bindparam("source"), SUBMISSION.c.number == bindparam("number"))
    .limit(PORTION)
)
"""In no order: PostgreSQL would go through all wishes in theirs, while there are few."""
_WAITING = select(SUBMISSION.c.request_id).where(text(TO_REVIEW)).limit(MOST).subquery()
_COUNT = Constant(select(func.count()).select_from(_WAITING))
_NAMED = Constant(
    select(SUBMISSION.c.patron_id)
    .where(SUBMISSION.c.patron_id > bindparam("after"))
    .order_by(SUBMISSION.c.patron_id)
    .limit(bindparam("most", type_=Integer))
)
_OF_OURS = Constant(
    select(SUBMISSION)
    .where(SUBMISSION.c.request_id > bindparam("after", type_=Integer), SUBMISSION.c.partner == "")
    .order_by(SUBMISSION.c.request_id)
    .limit(bindparam("most", type_=Integer)),
    Submission,
)
_ERASE = Constant(
    SUBMISSION.update()
    .where(SUBMISSION.c.request_id == bindparam("request"))
    .values(
        patron_id="", words="", content="", counted="", reader=bindparam("nothing"),
        unread=bindparam("nothing"), doubtful=bindparam("nothing"),
    )
)  # fmt: skip


def add(connection: Connection, submission: Submission) -> None:
    """Write a submission, whose request exists."""
    texts = {name: storable(getattr(submission, name)) for name in _TEXTS}
    reader = {name: storable(str(value)) for name, value in (submission.reader or {}).items()}
    lines = {name: list(map(storable, getattr(submission, name) or ())) for name in ("unread", "doubtful")}
    kept = {name: value or None for name, value in (lines | {"reader": reader}).items()}
    values = vars(submission) | texts | kept
    connection.execute(SUBMISSION.insert().values(values))


def load(connection: Connection, request_id: int) -> Submission | None:
    return _LOAD.row(connection, {"request_id": request_id})


def decide(connection: Connection, submission: Submission, state: str, event_id: int) -> None:
    """Record what became of it, with the event that did it; one that was put off is shown again."""
    values = {"state": state, "event_ids": [*(submission.event_ids or ()), event_id]}
    this = SUBMISSION.c.request_id == submission.request_id
    connection.execute(SUBMISSION.update().where(this).values(values))
    put_off.drop(connection, submission.request_id)


def same(connection: Connection, source: str, content: str, since: datetime) -> str:
    """Return the number of the request that this source brought since then with this content, or ''."""
    values = {"content": content, "since": since, "source": storable(source)}
    found = _SAME.scalar(connection, values)
    return requests.number_of(connection, found) if found is not None else ""


def count_since(connection: Connection, source: str, counted: str, since: datetime, most: int) -> int:
    """Return how many this source brought since then that count under ``counted``, at most ``most``."""
    values = {"source": storable(source), "counted": storable(counted), "since": since, "most": most}
    found: int = _COUNT_SINCE.scalar(connection, values)
    return found


def count_waiting(connection: Connection, source: str, most: int) -> int:
    """Return how many of this source wait for review, at most ``most``."""
    found: int = _COUNT_OF_FORM.scalar(connection, {"source": storable(source), "most": most})
    return found


def with_number(connection: Connection, source: str, number: str, content: str) -> str:
    """Return the request that this source has brought under the same number with the same content, or ''.

    One that staff declined is none: who asks again may have a reason.
    """
    rows = _NUMBERED.rows(connection, {"source": storable(source), "number": storable(number)})
    found = [row["request_id"] for row in rows if row["content"] == content and row["state"] != DECLINED]
    return requests.number_of(connection, min(found, default=0))


def earlier_with_number(connection: Connection, submission: Submission) -> str:
    """Return the request before this one that its source has brought under the same number, or ''."""
    if not submission.number:
        return ""
    rows = _NUMBERED.rows(connection, {"source": submission.source, "number": submission.number})
    before = [row["request_id"] for row in rows if row["request_id"] < submission.request_id]
    return requests.number_of(connection, min(before, default=0))


def steps(connection: Connection, submission: Submission) -> list[Event]:
    """Return what became of it before its order, the first event first."""
    ids = submission.event_ids or []
    statement = select(EVENT).where(EVENT.c.id.in_(ids)).order_by(EVENT.c.id)
    return made(Event, connection.execute(statement)) if ids else []


def count_to_review(connection: Connection) -> int:
    """Return how many wait for staff, at most ``MOST``."""
    found: int = _COUNT.scalar(connection, {})
    return found


def _named(patron_id: str) -> dict[str, str]:
    return {"patron_id": storable(patron_id), "reader": storable(READER + patron_id)}


def waiting_of_reader(connection: Connection, patron_id: str) -> list[Submission]:
    """Return those to review that name this reader and no library: another library's readers are not ours."""
    rows = _OF_READER.rows(connection, _named(patron_id))
    ids = sorted(row["request_id"] for row in rows if row["state"] == REVIEW and not row["partner"])
    return [one for each in ids if (one := load(connection, each)) is not None]


def letters(connection: Connection, request_id: int) -> list[str]:
    """Return the letters that brought it ("I7")."""
    found = load(connection, request_id)
    ids = [one.inbox_id for one in steps(connection, found)] if found is not None else []
    return [f"I{one}" for one in ids if one is not None]


def named_after(connection: Connection, after: str) -> list[str]:
    """Return the next numbers of readers that submissions name, in order, some more than once."""
    return [row["patron_id"] for row in _NAMED.rows(connection, {"after": after, "most": PORTION})]


def wishes_of_reader(connection: Connection, patron_id: str, source: str = "") -> list[int]:
    """Return the ids of those that are no order, and no library's: another library's readers are not ours.

    ``source``: only of what came from there.
    """
    rows = _OF_READER.rows(connection, _named(patron_id))
    wishes = (row for row in rows if row["state"] != ACCEPTED and not row["partner"])
    return sorted(row["request_id"] for row in wishes if source in ("", row["source"]))


def of_reader(connection: Connection, patron_id: str) -> list[int]:
    """Return the ids of the requests that were submitted under this number."""
    rows = _OF_READER.rows(connection, _named(patron_id))
    return sorted(row["request_id"] for row in rows)


def of_ours_after(connection: Connection, after: int, most: int) -> Sequence[Submission]:
    """Return the next wishes of our own readers, by their request's id."""
    return _OF_OURS.rows(connection, {"after": after, "most": most})


def erase(connection: Connection, request_id: int) -> None:
    """Take the reader, and all that was written, off one submission."""
    _ERASE.run(connection, {"request": request_id, "nothing": None})
