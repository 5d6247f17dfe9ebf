"""Find earlier requests for the same item. Each look-up goes by the index of the keys, and is bounded."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from mailproc.ill.copyright_rules import GUIDELINES
from mailproc.ill.item_identity import ItemKey
from mailproc.ill.terms import Role
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION

MOST = 500
"""Requests of one item that are looked at, the newest first."""


def of_reader(connection: Connection, item: ItemKey, patron_id: str) -> str:
    """Return the number of an open request of this reader for the item; '' if there is none."""
    ours = (REQUEST.c.role == Role.REQUESTER, REQUEST.c.closed_at.is_(None))
    return _number(connection, item, *ours, REQUEST.c.patron_id == patron_id)


def lent_to_us(connection: Connection, item: ItemKey, states: Collection[str]) -> str:
    """Return the number of a loan of ours of the item with an attempt in one of ``states``; '' if none."""
    here = (
        select(TRANSACTION.c.id)
        .where(TRANSACTION.c.request_id == REQUEST.c.id, TRANSACTION.c.state.in_(states))
        .exists()
    )
    return _number(connection, item, REQUEST.c.role == Role.REQUESTER, REQUEST.c.service == "LOAN", here)


def of_borrower(connection: Connection, item: ItemKey, partner: str, since: datetime, not_of: int = 0) -> str:
    """Return the number of an order of ``partner`` for the item, open or made after ``since``; '' if none.

    ``not_of``: the id of a request that does not count.
    """
    asked = (
        select(TRANSACTION.c.id)
        .where(TRANSACTION.c.request_id == REQUEST.c.id, TRANSACTION.c.partner == partner)
        .exists()
    )
    recent = or_(REQUEST.c.closed_at.is_(None), REQUEST.c.created_at >= since)
    return _number(connection, item, REQUEST.c.role == Role.RESPONDER, REQUEST.c.id != not_of, recent, asked)


def copies_of_title(connection: Connection, title: str, since: datetime, until: datetime) -> int:
    """Return how many copies of this title we asked for in that time within the guidelines of the USA.

    What was not supplied does not count. ``title``: of an ``ItemKey``.
    """
    if not title:
        return 0
    same = select(REQUEST.c.id).where(REQUEST.c.title_key == title).limit(MOST)
    counted = (
        REQUEST.c.id.in_(same),
        REQUEST.c.role == Role.REQUESTER,
        REQUEST.c.service == "COPY",
        REQUEST.c.created_at >= since,
        REQUEST.c.created_at < until,
        REQUEST.c.outcome.not_in(("unfilled", "cancelled")),
        REQUEST.c.more["copyright_compliance"].as_string() == GUIDELINES,
    )
    statement = select(func.count()).select_from(REQUEST).where(*counted)
    return int(connection.execute(statement).scalar_one())


def _number(connection: Connection, item: ItemKey, *conditions: ColumnElement[bool]) -> str:
    if not item.title:
        return ""
    statement = select(REQUEST.c.number).where(REQUEST.c.id.in_(_newest(item)), *conditions)
    return connection.execute(statement.order_by(REQUEST.c.id.desc()).limit(1)).scalar() or ""


def _newest(item: ItemKey) -> Select[tuple[int]]:
    same = (REQUEST.c.title_key == item.title, REQUEST.c.part_key == item.part)
    return select(REQUEST.c.id).where(*same).order_by(REQUEST.c.id.desc()).limit(MOST)
