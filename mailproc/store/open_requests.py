"""Everything that is not over, as the letter of the day counts it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    RowMapping,
    Select,
    and_,
    func,
    or_,
    select,
    union,
)

from mailproc.store.events import EVENT
from mailproc.store.requests import CANDIDATE, REQUEST
from mailproc.store.statements import table_of
from mailproc.store.tables import MailboxRow
from mailproc.store.timers import TIMER, UNFIRED
from mailproc.store.transactions import TRANSACTION

_MAILBOX = table_of(MailboxRow)


_OPEN = REQUEST.c.closed_at.is_(None)
_ASKING = TRANSACTION.c.attention.is_not(None)


def count(connection: Connection) -> int:
    """How many are open: not over, or over while an attempt asks for a hand."""
    late = select(REQUEST.c.id).where(
        ~_OPEN, REQUEST.c.id.in_(select(TRANSACTION.c.request_id).where(_ASKING))
    )
    counted = (
        select(func.count()).select_from(REQUEST).where(_OPEN),
        select(func.count()).select_from(late.subquery()),
    )
    return sum(connection.execute(statement).scalar_one() for statement in counted)


def attempts(
    connection: Connection, states: Collection[str], only: Collection[int] | None = None
) -> Sequence[RowMapping]:
    """Each attempt of each open request that may need a hand, by request and attempt.

    It may where an attempt asks for one, where one has a promise or is in any of ``states``, and
    where nobody was asked yet (it stands there once, without an attempt). The thousands that
    simply wait are left out. ``somebody_left``: its rota has a library that was not asked. ``only``: each
    attempt of these requests instead, by id.
    """
    return _attempts(connection, _may_need(states) if only is None else only)


def without_timer(connection: Connection) -> Sequence[RowMapping]:
    """Each attempt of each open request of which no timer waits, as ``attempts``: what happens next happens
    because a letter comes or a person acts."""
    waits = (
        select(TIMER.c.id)
        .join_from(TRANSACTION, TIMER, and_(TIMER.c.transaction_id == TRANSACTION.c.id, UNFIRED))
        .where(TRANSACTION.c.request_id == REQUEST.c.id)
    )
    return _attempts(connection, select(REQUEST.c.id).where(_OPEN, ~waits.exists()))


def _attempts(
    connection: Connection, wanted: Collection[int] | Select[Any] | CompoundSelect[Any]
) -> Sequence[RowMapping]:
    """``wanted``: ids of requests."""
    unasked = (CANDIDATE.c.transaction_id.is_(None), CANDIDATE.c.why_not == "")
    left = select(CANDIDATE.c.position).where(CANDIDATE.c.request_id == REQUEST.c.id, *unasked)
    statement = (
        select(
            REQUEST.c.id.label("request_id"), REQUEST.c.number, REQUEST.c.title, REQUEST.c.role,
            REQUEST.c.created_at, REQUEST.c.closed_at.label("over_at"),
            TRANSACTION.c.attempt, TRANSACTION.c.state, TRANSACTION.c.partner, TRANSACTION.c.promise,
            TRANSACTION.c.attention, TRANSACTION.c.updated_at,
            left.exists().label("somebody_left"),
        )
        .select_from(REQUEST.outerjoin(TRANSACTION, TRANSACTION.c.request_id == REQUEST.c.id))
        .where(REQUEST.c.id.in_(wanted))
        .order_by(REQUEST.c.id, TRANSACTION.c.attempt)
    )  # fmt: skip
    return connection.execute(statement).mappings().all()


def may_need(states: Collection[str]) -> ColumnElement[bool]:
    """The same as a condition on REQUEST joined with its latest attempt, for lists that go by its age."""
    any_of_it = TRANSACTION.alias()
    asking = select(any_of_it.c.request_id).where(any_of_it.c.attention.is_not(None))
    stands = or_(TRANSACTION.c.state.in_(states), TRANSACTION.c.promise.is_not(None))
    return or_(REQUEST.c.id.in_(asking), and_(_OPEN, stands))


def _may_need(states: Collection[str]) -> CompoundSelect[Any]:
    of_it = TRANSACTION.c.request_id == REQUEST.c.id
    stands = or_(TRANSACTION.c.state.in_(states), TRANSACTION.c.promise.is_not(None))
    asked = select(TRANSACTION.c.id).where(of_it)
    return union(
        select(TRANSACTION.c.request_id).where(_ASKING),
        select(REQUEST.c.id).where(_OPEN, or_(asked.where(stands).exists(), ~asked.exists())),
    )


def failing_mailboxes(connection: Connection) -> Sequence[RowMapping]:
    """Mailboxes that could not be read at the last look, with ``failing_since`` and ``last_error``."""
    statement = select(_MAILBOX).where(_MAILBOX.c.failing_since.is_not(None)).order_by(_MAILBOX.c.name)
    return connection.execute(statement).mappings().all()


def last_event(connection: Connection, kind: str) -> datetime | None:
    """When an event of that type was last born; None where none ever was."""
    at: datetime | None = connection.execute(
        select(func.max(EVENT.c.at)).where(EVENT.c.type == kind)
    ).scalar()
    return at
