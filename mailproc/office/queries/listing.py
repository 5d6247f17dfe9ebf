"""The list of requests, and a request as a line of it. Reads only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, text

from mailproc.flow.matching.unconfirmed import ANSWERS_FROM
from mailproc.ill import apdu_json
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.attention import Reason
from mailproc.ill.event_names import event_heard, spoken
from mailproc.ill.facts import Promise
from mailproc.ill.status import RequestStatus, Term, status
from mailproc.ill.terms import ApduType, Role, Service, State
from mailproc.office.queries import agenda, answered, reviews
from mailproc.office.queries.agenda import Need
from mailproc.office.queries.counted import MOST, Counted, counted
from mailproc.office.queries.request_filter import Filter as Filter
from mailproc.store import find as finding
from mailproc.store import item_barcodes, open_requests, outgoing, requests, transactions
from mailproc.store.current_patrons import IS_CURRENT, PATRON
from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import made
from mailproc.store.requests import REQUEST
from mailproc.store.rows import StoredRequest, TransactionOptions
from mailproc.store.submissions import DECLINED
from mailproc.store.tables import IS_OUT
from mailproc.store.taken_back import UNDO
from mailproc.store.text import storable
from mailproc.store.transactions import TRANSACTION

CLOSED = "closed"
"""The outcome of a request that staff closed."""


@dataclass(frozen=True)
class RequestLine:
    """One request in a list, as its latest attempt stands.

    ``reader``: the name of a reader of ours, or the card number alone, '' where we lend; ``need_before``:
    the day until which it is needed.

    ``their_number``: the partner's number, '' if unknown; ``ordered_as``: the number of our order on the
    wire. ``answered``: our last message is in the folder, and was answered all the same. ``needs``: why it
    needs attention, as in the digest: stored reasons, those of earlier attempts, and whose turn it is if no
    reason is stored. ``noted``: the last private note of staff, '' if there is none.
    """

    number: str
    attempt: int
    role: str
    service: str
    state: str
    partner: str
    their_number: str
    ordered_as: str
    title: str
    author: str
    reader: str
    need_before: date | None
    due: date | None
    delivery: str
    answered: bool
    promise: Promise | None
    status: RequestStatus
    attention: tuple[str, ...]
    needs: tuple[str, ...]
    outcome: str
    updated_at: datetime
    noted: str = ""
    put_off: date | None = None


_Found = ColumnElement[bool] | None
"""The condition on ``request`` that it fits what was typed; None where nothing was."""


def listed(connection: Connection, wanted: Filter, today: date = date.min) -> list[RequestLine]:
    """Return requests, those to review before others, the last changed first; by a due day the most overdue.

    Each stands as its latest attempt does. ``today`` is in the library's zone; a promise whose day has passed
    needs attention.
    """
    found = _found(connection, wanted.find) if wanted.find else None
    unsent_ones = _unsent(connection, wanted, today, found)
    wanted = replace(wanted, limit=wanted.limit - len(unsent_ones))
    return [*unsent_ones, *(_sent(connection, wanted, today, found) if wanted.limit else ())]


def _unsent(connection: Connection, wanted: Filter, today: date, found: _Found) -> list[RequestLine]:
    """Return those that were submitted, and that nobody was asked for."""
    rows = reviews.listed(connection, wanted, found, today)
    needing = agenda.needs(connection, today, [row.request.id for row in rows]) if rows else {}
    return [
        unsent(row.request, needing.get(row.request.id, Need()), row.reader, row.partner, row.their_number)
        for row in rows
    ]


def _sent(connection: Connection, wanted: Filter, today: date, found_by: _Found) -> list[RequestLine]:
    statement = _list_statement(wanted, today, found_by)
    if not wanted.attention:
        statement = statement.limit(wanted.limit)
    found: list[RequestLine] = []
    for some in _portions(connection, statement):
        needing = agenda.needs(connection, today, [row.request_id for row in some])
        shown = (row for row in some if not wanted.attention or _is_here(needing.get(row.request_id)))
        found += (line_of(connection, row, needing.get(row.request_id, Need())) for row in shown)
        if len(found) >= wanted.limit:
            break
    return found[: wanted.limit]


def _is_here(need: Need | None) -> bool:
    """Return whether it needs attention now: what is put off is listed by itself."""
    return need is not None and need.put_off is None


def count(connection: Connection, wanted: Filter, today: date = date.min) -> Counted:
    """Return how many ``listed`` would return without a limit (with ``attention``, of ``MOST`` at most)."""
    found = _found(connection, wanted.find) if wanted.find else None
    statement = _list_statement(wanted, today, found)
    unsent_ones = reviews.count(connection, wanted, found, today)
    if not wanted.attention:
        return counted(connection, statement.with_only_columns(TRANSACTION.c.id)) + Counted(unsent_ones)
    looked_at, number = 0, unsent_ones
    for some in _portions(connection, statement.limit(MOST)):
        needing = agenda.needs(connection, today, [row.request_id for row in some])
        number += sum(map(_is_here, needing.values()))
        looked_at += len(some)
    return Counted(number, whole=looked_at < MOST)


@dataclass(frozen=True)
class ListedRequest:
    """A row of ``joined``: a request and its latest attempt, with the event that last moved it."""

    request_id: int
    number: str
    title: str
    author: str
    need_before_on: date | None
    reader: str | None
    patron_id: str | None
    outcome: str
    id: int
    attempt: int
    role: Role
    service: Service
    state: State
    partner: str
    tgq: str
    options: TransactionOptions | None
    due_on: date | None
    promise: Promise | None
    attention: list[str] | None
    updated_at: datetime
    moved_type: str | None
    moved_apdu: ApduJson | None


def _portions(connection: Connection, statement: Select[Any]) -> Iterator[Sequence[ListedRequest]]:
    with connection.execute(statement.execution_options(yield_per=AT_ONCE)) as rows:
        for some in rows.partitions():
            yield made(ListedRequest, some)


AT_ONCE = 100
"""Rows read together; whose turn it is, is computed after reading, so many may be needed."""


@cache
def joined() -> Select[Any]:
    """Select each request that was sent, with its latest attempt."""
    other = TRANSACTION.alias()
    last = select(func.max(other.c.attempt)).where(other.c.request_id == REQUEST.c.id).scalar_subquery()
    columns = (
        REQUEST.c.id.label("request_id"), REQUEST.c.number, REQUEST.c.title, REQUEST.c.author,
        REQUEST.c.need_before_on, PATRON.c.name.label("reader"), REQUEST.c.patron_id, REQUEST.c.outcome,
        TRANSACTION.c.id, TRANSACTION.c.attempt, TRANSACTION.c.role, TRANSACTION.c.service,
        TRANSACTION.c.state, TRANSACTION.c.partner, TRANSACTION.c.tgq, TRANSACTION.c.options,
        TRANSACTION.c.due_on, TRANSACTION.c.promise, TRANSACTION.c.attention, TRANSACTION.c.updated_at,
        EVENT.c.type.label("moved_type"), EVENT.c.apdu.label("moved_apdu"),
    )  # fmt: skip
    join = REQUEST.join(
        TRANSACTION, and_(TRANSACTION.c.request_id == REQUEST.c.id, TRANSACTION.c.attempt == last)
    ).outerjoin(EVENT, EVENT.c.id == TRANSACTION.c.moved_event_id)
    readers = and_(PATRON.c.id == REQUEST.c.patron_id, IS_CURRENT)
    return select(*columns).select_from(join.outerjoin(PATRON, readers))


def _list_statement(wanted: Filter, today: date, found: _Found) -> Select[Any]:
    statement = joined().order_by(TRANSACTION.c.updated_at.desc(), TRANSACTION.c.id.desc())
    if wanted.role and wanted.state:
        statement = statement.where(
            TRANSACTION.c.role == wanted.role.upper()
        )  # both have an index of their own
    elif wanted.role:
        # Said so, SQLite expects half of all and goes by age; an equality it takes for a handful, and sorts.
        other = Role.RESPONDER if wanted.role.upper() == Role.REQUESTER else Role.REQUESTER
        statement = statement.where(TRANSACTION.c.role != other)
    if wanted.state:
        statement = statement.where(TRANSACTION.c.state == wanted.state.upper())
    if wanted.partner:
        statement = statement.where(TRANSACTION.c.partner == wanted.partner)
    if wanted.service:
        statement = statement.where(TRANSACTION.c.service == wanted.service.upper())
    if wanted.due is not None:
        statement = statement.where(text(f"transactions.{IS_OUT}"), TRANSACTION.c.due_on <= wanted.due)
        statement = statement.order_by(None).order_by(TRANSACTION.c.due_on, TRANSACTION.c.id)
    if wanted.since is not None:
        statement = statement.where(TRANSACTION.c.updated_at >= wanted.since)
    if found is not None:
        statement = statement.where(found)
    if wanted.attention:
        statement = statement.where(REQUEST.c.id.in_(open_requests.may_need(agenda.MAY_NEED, today)))
    return statement


def _found(connection: Connection, typed: str) -> ColumnElement[bool]:
    """Match a number of ours exactly, not the thousand requests that contain it; an item's barcode too."""
    if exact := requests.by_number(connection, typed.strip()):
        return REQUEST.c.id == exact.id
    if items := item_barcodes.given_to(connection, storable(typed.strip())):
        return REQUEST.c.id.in_([transactions.load(connection, each).request_id for each in items])
    return finding.fits(connection, typed)


def line_of(connection: Connection, row: ListedRequest, need: Need) -> RequestLine:
    """Return the line of a row of ``joined``."""
    delivery = outgoing.delivery(connection, row.id)
    borrowing = row.role == Role.REQUESTER
    return RequestLine(
        number=row.number,
        attempt=row.attempt,
        role=row.role,
        service=row.service,
        state=row.state.name,
        partner=row.partner,
        their_number=_their_number(connection, row),
        ordered_as=(row.options or {}).get("number", "") if borrowing else "",
        title=row.title,
        author=row.author,
        reader=row.reader or row.patron_id or "",
        need_before=row.need_before_on,
        due=row.due_on,
        delivery=delivery,
        answered=delivery == "filed" and answered.last_word(connection, row.id),
        promise=row.promise,
        status=_status(connection, row),
        attention=tuple(row.attention or ()),
        needs=need.reasons,
        outcome=row.outcome,
        updated_at=row.updated_at,
        noted=transactions.last_note(connection, row.id),
        put_off=need.put_off,
    )


def _their_number(connection: Connection, row: ListedRequest) -> str:
    if row.role == Role.REQUESTER:
        return ", ".join(transactions.order_lines(connection, row.id))
    return number_of_borrower(row.options, row.tgq, row.number)


def number_of_borrower(options: TransactionOptions | None, tgq: str, ours: str) -> str:
    """Return the number under which a borrower asks; '' where it named none, and ``ours`` stands for it."""
    named = (options or {}).get("number", "") or str(tgq)
    return "" if named == ours else named


def _status(connection: Connection, row: ListedRequest) -> RequestStatus:
    """After an undo it stands as the event says that had led to it before."""
    kind, said = row.moved_type or "", row.moved_apdu
    if kind == UNDO:
        kind, said = transactions.entered_by(connection, row.id, row.state) or (kind, said)
    return status(
        row.state,
        promise=row.promise,
        moved=spoken(_moved_by(kind, said), said),
        apdu=said,
        forwarded=bool((row.options or {}).get(ANSWERS_FROM)),
        closed=row.outcome == CLOSED,
    )


def _moved_by(kind: str, apdu: ApduJson | None) -> str:
    """Return the row of the state tables; for an action of ours only if it ends an attempt."""
    if apdu and kind in ApduType.__members__:
        return event_heard(apdu_json.from_json(apdu))
    return "condition-no" if kind == "answer-condition" else kind


def unsent(
    request: StoredRequest,
    need: Need,
    reader: str = "",
    partner: str = "",
    their_number: str = "",
) -> RequestLine:
    """Return the line of a request that was not sent to anybody yet; ``reader`` is the reader's name.

    ``partner`` and ``their_number``: who asks us for it.
    """
    return RequestLine(
        number=request.number,
        attempt=0,
        role=request.role,
        service=request.service,
        state="IDLE",
        partner=partner,
        their_number=their_number,
        ordered_as="",
        title=request.title,
        author=request.author,
        reader=reader,
        need_before=request.need_before_on,
        due=None,
        delivery="",
        answered=False,
        promise=None,
        status=_unsent_status(request, need.reasons),
        attention=(),
        needs=need.reasons,
        outcome=request.outcome,
        updated_at=request.created_at,
        put_off=need.put_off,
    )


def _unsent_status(request: StoredRequest, needs: tuple[str, ...]) -> RequestStatus:
    if request.outcome == DECLINED:
        return RequestStatus(Term.DECLINED)
    if Reason.TO_REVIEW in needs:
        return RequestStatus(Term.TO_REVIEW)
    return status(State.IDLE, closed=request.outcome == CLOSED)
