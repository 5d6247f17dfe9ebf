"""Read requests to review: those of a list, and everything that staff need to decide about one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, TextClause, and_, func, select, text
from sqlalchemy.sql.elements import False_

from mailproc.flow.context import Context
from mailproc.office.patrons import patron_details
from mailproc.office.queries.request_filter import Filter
from mailproc.office.requests import missing, review_checks
from mailproc.office.requests.rota_rules import ProposedRota
from mailproc.sentence import Sentence
from mailproc.store import put_off, requests, submissions
from mailproc.store.prepared_statements import made
from mailproc.store.requests import REQUEST
from mailproc.store.rows import StoredRequest
from mailproc.store.submission_tables import TO_REVIEW
from mailproc.store.submissions import ACCEPTED, REVIEW, SUBMISSION, ReaderSaid, Submission


@dataclass(frozen=True)
class Review:
    """A request to review, or what it was before it was accepted.

    ``letter``: the letter that brought it ("I12"), '' for none. ``lacks``: what is missing; ``doubts``: what
    should be looked at, once it was accepted what of it could not be read. ``reader``: as it was written,
    beside the number ``patron_id``. ``unread``: lines that no field has; ``words``: all as it was written.
    ``by_rule``: whom a rule would ask.
    """

    number: str
    state: str
    source: str
    letter: str
    at: datetime
    partner: str
    their_number: str
    patron_id: str
    reader: ReaderSaid
    lenders: tuple[str, ...]
    lacks: tuple[Sentence, ...]
    doubts: tuple[Sentence, ...]
    unread: tuple[str, ...]
    words: str
    by_rule: Sentence | None = None


def shown(
    connection: Connection, request: StoredRequest, submission: Submission, context: Context | None = None
) -> Review:
    """Return it as staff see it; without ``context`` as if there were no rules about whom to ask.

    Raise LocalFault if several readers have the barcode that was written.
    """
    open_still = submission.state == REVIEW
    reader = patron_details.by_number(connection, submission.patron_id) if submission.patron_id else None
    rota, doubts = ProposedRota(), missing.not_understood(submission) if submission.state == ACCEPTED else ()
    if context is not None and open_still:
        rota = missing.rota_by_rule(connection, context, request, submission, reader)
        doubts = review_checks.found(connection, context, request, submission, reader)
    if open_still:
        again = review_checks.number_again(connection, submission)
        doubts = (*missing.doubts(request, submission, reader), *again, *doubts)
    first = next(iter(submissions.steps(connection, submission)), None)
    return Review(
        number=request.number,
        state=submission.state,
        source=submission.source,
        letter=f"I{first.inbox_id}" if first is not None and first.inbox_id is not None else "",
        at=submission.at,
        partner=submission.partner,
        their_number=submission.number,
        patron_id=submission.patron_id,
        reader=submission.reader or {},
        lenders=tuple(submission.lenders or ()),
        lacks=missing.lacks(request, submission, by_rule=bool(rota.lenders)) if open_still else (),
        doubts=doubts,
        unread=tuple(submission.unread or ()),
        words=submission.words,
        by_rule=rota.told if rota.lenders else None,
    )


@dataclass(frozen=True)
class UnsentRequest:
    """A request of a list that nobody was asked for, with who is behind it."""

    request: StoredRequest
    reader: str
    partner: str
    their_number: str


@dataclass(frozen=True)
class _SubmittedBy:
    """Who is behind a request; the columns of a submission."""

    request_id: int
    reader: ReaderSaid | None
    patron_id: str
    partner: str
    number: str


def listed(
    connection: Connection, wanted: Filter, found: ColumnElement[bool] | None, today: date
) -> list[UnsentRequest]:
    """Return those that fit, the newest first. ``found``: the condition of ``wanted.find``.

    Declined ones are found by their words, and not listed otherwise. What is put off as of ``today`` needs no
    attention.
    """
    if not _may_fit(wanted, found):
        return []
    statement = _statement(wanted, found, today).order_by(SUBMISSION.c.request_id.desc()).limit(wanted.limit)
    return [
        UnsentRequest(
            requests.load(connection, row.request_id),
            (row.reader or {}).get("name") or row.patron_id,
            row.partner,
            row.number,
        )
        for row in made(_SubmittedBy, connection.execute(statement))
    ]


def count(connection: Connection, wanted: Filter, found: ColumnElement[bool] | None, today: date) -> int:
    """Return how many ``listed`` would return without a limit."""
    if not _may_fit(wanted, found):
        return 0
    statement = _statement(wanted, found, today).with_only_columns(func.count())
    return int(connection.execute(statement).scalar_one())


def _may_fit(wanted: Filter, found: ColumnElement[bool] | None) -> bool:
    if isinstance(found, False_):
        return False
    return wanted.due is None and wanted.state.upper() in ("", "IDLE")


def _statement(wanted: Filter, found: ColumnElement[bool] | None, today: date) -> Select[Any]:
    columns = [SUBMISSION.c[name] for name in _SubmittedBy.__dataclass_fields__]
    joined = SUBMISSION.join(REQUEST, SUBMISSION.c.request_id == REQUEST.c.id)
    return select(*columns).select_from(joined).where(and_(*_conditions(wanted, found, today)))


def _conditions(
    wanted: Filter, found: ColumnElement[bool] | None, today: date
) -> Iterator[ColumnElement[bool] | TextClause]:
    declined_too = found is not None and not wanted.attention
    yield SUBMISSION.c.state != ACCEPTED if declined_too else text(f"submission.{TO_REVIEW}")
    if found is not None:
        yield found
    if wanted.attention:
        yield ~put_off.hidden(today)
    if wanted.role:
        yield REQUEST.c.role == wanted.role.upper()
    if wanted.partner:
        yield SUBMISSION.c.partner == wanted.partner
    if wanted.service:
        yield REQUEST.c.service == wanted.service.upper()
    if wanted.since is not None:
        yield REQUEST.c.created_at >= wanted.since
