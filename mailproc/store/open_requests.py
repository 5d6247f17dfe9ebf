"""Everything that is not over, as the letter of the day counts it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, or_, select

from mailproc.store.events import EVENT
from mailproc.store.requests import CANDIDATE, REQUEST
from mailproc.store.statements import table_of
from mailproc.store.tables import MailboxRow
from mailproc.store.transactions import TRANSACTION

_MAILBOX = table_of(MailboxRow)


def attempts(connection: Connection) -> Sequence[RowMapping]:
    """Each attempt of each open request, by request and attempt; one with none stands there once.

    Open is a request that is not over, and one that is over while an attempt of it asks for a hand.
    """
    asking = select(TRANSACTION.c.request_id).where(TRANSACTION.c.attention.is_not(None))
    statement = (
        select(
            REQUEST.c.id.label("request_id"), REQUEST.c.number, REQUEST.c.title, REQUEST.c.role,
            REQUEST.c.created_at, REQUEST.c.closed_at.label("over_at"),
            TRANSACTION.c.attempt, TRANSACTION.c.state, TRANSACTION.c.partner, TRANSACTION.c.promise,
            TRANSACTION.c.attention, TRANSACTION.c.closed_at, TRANSACTION.c.updated_at,
        )
        .select_from(REQUEST.outerjoin(TRANSACTION, TRANSACTION.c.request_id == REQUEST.c.id))
        .where(or_(REQUEST.c.closed_at.is_(None), REQUEST.c.id.in_(asking)))
        .order_by(REQUEST.c.id, TRANSACTION.c.attempt)
    )  # fmt: skip
    return connection.execute(statement).mappings().all()


def with_candidates(connection: Connection) -> frozenset[int]:
    """The open requests whose rota still has somebody to ask."""
    statement = (
        select(CANDIDATE.c.request_id)
        .join(REQUEST, REQUEST.c.id == CANDIDATE.c.request_id)
        .where(REQUEST.c.closed_at.is_(None), CANDIDATE.c.transaction_id.is_(None), CANDIDATE.c.why_not == "")
    )
    return frozenset(connection.execute(statement).scalars())


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
