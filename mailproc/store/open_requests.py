"""Select open requests, as the digest counts them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, and_, func, or_, select, text, union

from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import made, table_of
from mailproc.store.put_off import PUT_OFF, standing
from mailproc.store.requests import CANDIDATE, REQUEST
from mailproc.store.rows import OpenAttempt, PolledMailbox
from mailproc.store.submissions import REVIEW, SUBMISSION
from mailproc.store.tables import DIGEST, MailboxRow
from mailproc.store.timers import TIMER, UNFIRED
from mailproc.store.transactions import TRANSACTION

_MAILBOX = table_of(MailboxRow)


_OPEN = REQUEST.c.closed_at.is_(None)
_ASKING = TRANSACTION.c.attention.is_not(None)


def count(connection: Connection) -> int:
    """Return how many are open: not over, or over while an attempt needs attention."""
    late = select(REQUEST.c.id).where(
        ~_OPEN, REQUEST.c.id.in_(select(TRANSACTION.c.request_id).where(_ASKING))
    )
    counted = (
        select(func.count()).select_from(REQUEST).where(_OPEN),
        select(func.count()).select_from(late.subquery()),
    )
    return sum(connection.execute(statement).scalar_one() for statement in counted)


AT_ONCE = 500
"""Rows in memory together."""


def attempts(
    connection: Connection, states: Collection[str], day: date, only: Collection[int] | None = None
) -> Iterator[OpenAttempt]:
    """Select attempts of open requests that may need attention on ``day``, or of which no timer may wait, by
    request and attempt.

    One may need attention where an attempt asks for it, where a promise is ours or its day has passed, where
    its last attempt is in any of ``states``, and where nobody was asked yet (it stands there once, without an
    attempt). The thousands that simply wait are left out. ``somebody_left``: its rota has a library that was
    not asked. ``timed``: a timer of it waits; ``put_off``: until when staff have put it off. ``only``: each
    attempt of these requests instead, by id.
    """
    if only is not None:
        return _attempts(connection, only, day)
    untimed = ~select(TIMER.c.id).where(TIMER.c.transaction_id == TRANSACTION.c.id, UNFIRED).exists()
    return _attempts(connection, _may_need(or_(TRANSACTION.c.state.in_(states), untimed), day), day)


def _attempts(
    connection: Connection, wanted: Collection[int] | CompoundSelect[Any], day: date
) -> Iterator[OpenAttempt]:
    """``wanted``: ids of requests."""
    statement = _every_attempt(day).where(REQUEST.c.id.in_(wanted))
    with connection.execute(statement.execution_options(yield_per=AT_ONCE)) as rows:
        for some in rows.partitions():
            yield from made(OpenAttempt, some)


@lru_cache(maxsize=2)
def _every_attempt(day: date) -> Select[Any]:
    """Return the statement for all attempts: to make it takes longer than to ask for one of them."""
    unasked = (CANDIDATE.c.transaction_id.is_(None), CANDIDATE.c.why_not == "")
    left = select(CANDIDATE.c.position).where(CANDIDATE.c.request_id == REQUEST.c.id, *unasked)
    attempt = TRANSACTION.alias()
    timed = (
        select(TIMER.c.id)
        .join_from(attempt, TIMER, and_(TIMER.c.transaction_id == attempt.c.id, UNFIRED))
        .where(attempt.c.request_id == REQUEST.c.id)
    )
    to_review = select(SUBMISSION.c.request_id).where(
        SUBMISSION.c.request_id == REQUEST.c.id, SUBMISSION.c.state == REVIEW, TRANSACTION.c.id.is_(None)
    )
    return (
        select(
            REQUEST.c.id.label("request_id"), REQUEST.c.number, REQUEST.c.title, REQUEST.c.role,
            REQUEST.c.created_at, REQUEST.c.closed_at.label("over_at"),
            TRANSACTION.c.attempt, TRANSACTION.c.state, TRANSACTION.c.partner, TRANSACTION.c.promise,
            TRANSACTION.c.attention, TRANSACTION.c.attention_since,
            EVENT.c.at.label("moved_at"), TRANSACTION.c.updated_at,
            left.exists().label("somebody_left"), timed.exists().label("timed"),
            TRANSACTION.c.options["flaw"].as_string().label("flaw"),
            to_review.exists().label("to_review"), standing(day).label("put_off"),
        )
        .select_from(
            REQUEST.outerjoin(TRANSACTION, TRANSACTION.c.request_id == REQUEST.c.id)
            .outerjoin(EVENT, EVENT.c.id == TRANSACTION.c.moved_event_id)
            .outerjoin(PUT_OFF, PUT_OFF.c.request_id == REQUEST.c.id)
        )
        .order_by(REQUEST.c.id, TRANSACTION.c.attempt)
    )  # fmt: skip


def may_need(states: Collection[str], day: date) -> CompoundSelect[Any]:
    """The ids of the requests that may need attention, as ``attempts`` says."""
    return _may_need(TRANSACTION.c.state.in_(states), day)


def _may_need(is_stuck: ColumnElement[bool], day: date) -> CompoundSelect[Any]:
    """The same, where ``is_stuck`` is asked of an attempt. Each part goes by an index. What is open is gone
    through once, and whether an attempt is the last is asked only of those that are stuck."""
    later = TRANSACTION.alias()
    is_last = ~(
        select(later.c.id)
        .where(later.c.request_id == REQUEST.c.id, later.c.attempt > TRANSACTION.c.attempt)
        .exists()
    )
    promised = TRANSACTION.alias()
    is_due = or_(promised.c.role == "RESPONDER", promised.c.promise["date"].as_string() < day.isoformat())
    return union(
        select(TRANSACTION.c.request_id).where(_ASKING),
        select(REQUEST.c.id)
        .outerjoin(TRANSACTION, TRANSACTION.c.request_id == REQUEST.c.id)
        .where(_OPEN, or_(TRANSACTION.c.id.is_(None), is_stuck), is_last),
        select(promised.c.request_id)
        .join(REQUEST, REQUEST.c.id == promised.c.request_id)
        .where(promised.c.promise.is_not(None), _OPEN, is_due),
    )


def failing_mailboxes(connection: Connection) -> Sequence[PolledMailbox]:
    """Select mailboxes that failed at the last poll, with ``failing_since`` and ``last_error``."""
    statement = select(_MAILBOX).where(_MAILBOX.c.failing_since.is_not(None)).order_by(_MAILBOX.c.name)
    return made(PolledMailbox, connection.execute(statement))


def last_digest(connection: Connection) -> datetime | None:
    """Say when the digest was last requested; None if never."""
    at: datetime | None = connection.execute(select(func.max(EVENT.c.at)).where(text(DIGEST))).scalar()
    return at
