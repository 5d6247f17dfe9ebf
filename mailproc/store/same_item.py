"""Find earlier requests for the same item. Each look-up goes by the index of the keys, and is bounded."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, func, or_, select, union

from mailproc.ill.copyright_rules import GUIDELINES
from mailproc.ill.item_identity import ItemKey
from mailproc.ill.terms import Role
from mailproc.store import requests
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION

MOST = 500
"""Requests of one item that are looked at, the newest first."""


def of_reader(connection: Connection, item: ItemKey, patron_id: str) -> str:
    """Return the number of an open request of this reader for the item; '' if there is none."""
    same = _newest(item)
    ours = (same.c.role == Role.REQUESTER, same.c.closed_at.is_(None))
    return _number(connection, item, same, *ours, same.c.patron_id == patron_id)


def of_others(connection: Connection, item: ItemKey, patron_id: str) -> str:
    """Return the number of an open request for the item of another reader than this one; '' if none."""
    same = _newest(item)
    ours = (same.c.role == Role.REQUESTER, same.c.closed_at.is_(None))
    return _number(connection, item, same, *ours, same.c.patron_id != patron_id)


def by_words(connection: Connection, item: ItemKey, words: str, patron_id: str) -> str:
    """Return the number of an open request of this reader for an item with the same ``words``; '' if none.

    Only where its key is another: one citation may have an ISBN, and the other none. The parts are equal.
    """
    if not words:
        return ""
    columns = (
        REQUEST.c.id, REQUEST.c.role, REQUEST.c.patron_id, REQUEST.c.closed_at, REQUEST.c.title_key,
        REQUEST.c.part_key,
    )  # fmt: skip
    newest = select(*columns).where(REQUEST.c.words_key == words).order_by(REQUEST.c.id.desc()).limit(MOST)
    same = newest.subquery()
    ours = (same.c.role == Role.REQUESTER, same.c.closed_at.is_(None), same.c.patron_id == patron_id)
    another = (same.c.title_key != item.title, same.c.part_key == item.part)
    found = connection.execute(select(func.max(same.c.id)).where(*ours, *another)).scalar()
    return requests.number_of(connection, found) if found is not None else ""


def lent_to_us(connection: Connection, item: ItemKey, states: Collection[str]) -> str:
    """Return the number of a loan of ours of the item with an attempt in one of ``states``; '' if none."""
    same = _newest(item)
    here = (
        select(TRANSACTION.c.id)
        .where(TRANSACTION.c.request_id == same.c.id, TRANSACTION.c.state.in_(states))
        .exists()
    )
    return _number(connection, item, same, same.c.role == Role.REQUESTER, same.c.service == "LOAN", here)


def of_borrower(connection: Connection, item: ItemKey, partner: str, since: datetime, before: int = 0) -> str:
    """Return the number of an order of ``partner`` for the item, open or made after ``since``; '' if none.

    ``before``: the id of a request; only earlier ones count. 0: all do.
    """
    same = _newest(item)
    asked = (
        select(TRANSACTION.c.id)
        .where(TRANSACTION.c.request_id == same.c.id, TRANSACTION.c.partner == partner)
        .exists()
    )
    recent = or_(same.c.closed_at.is_(None), same.c.created_at >= since)
    theirs = [same.c.role == Role.RESPONDER, recent, asked]
    theirs += [same.c.id < before] if before else []
    return _number(connection, item, same, *theirs)


def also_wanted(connection: Connection, item: ItemKey, not_of: int, most: int) -> list[str]:
    """Return the numbers of other open requests for the item, ours and theirs, at most so many, in order."""
    if not item.title:
        return []
    same = _newest(item)
    others = select(same.c.id).where(same.c.closed_at.is_(None), same.c.id != not_of).limit(most)
    ids = sorted(connection.execute(others).scalars())
    return [requests.number_of(connection, one) for one in ids]


def copies_of_title(
    connection: Connection, title: str, words: str, since: datetime, until: datetime, up_to: int | None = None
) -> int:
    """Return how many copies of this title we asked for in that time within the guidelines of the USA.

    What was not supplied does not count. ``title``: of an ``ItemKey``; ``words``: of its citation, as another
    may have no ISSN. ``up_to``: the id of the last request that counts.
    """
    if not title:
        return 0
    then: list[ColumnElement[bool]] = [REQUEST.c.created_at >= since, REQUEST.c.created_at < until]
    then += [REQUEST.c.id <= up_to] if up_to is not None else []
    by_key = select(REQUEST.c.id).where(REQUEST.c.title_key == title, *then).limit(MOST)
    by_words = select(REQUEST.c.id).where(REQUEST.c.words_key == words, *then).limit(MOST)
    either = [by_key, by_words] if words else [by_key]  # one after the other: "or" would use no index
    same = union(*(select(one.subquery().c.id) for one in either)).subquery()
    counted = (
        REQUEST.c.id.in_(select(same.c.id)),
        REQUEST.c.role == Role.REQUESTER,
        REQUEST.c.service == "COPY",
        REQUEST.c.outcome.not_in(("unfilled", "cancelled")),
        REQUEST.c.more["copyright_compliance"].as_string() == GUIDELINES,
    )
    statement = select(func.count()).select_from(REQUEST).where(*counted)
    return int(connection.execute(statement).scalar_one())


def _number(connection: Connection, item: ItemKey, same: Subquery, *conditions: ColumnElement[bool]) -> str:
    if not item.title:
        return ""
    newest = select(func.max(same.c.id)).where(*conditions)  # the greatest needs no sort
    found = connection.execute(newest).scalar()
    return requests.number_of(connection, found) if found is not None else ""


def _newest(item: ItemKey) -> Subquery:
    """Select the newest requests of the item."""
    same = (REQUEST.c.title_key == item.title, REQUEST.c.part_key == item.part)
    columns = (
        REQUEST.c.id, REQUEST.c.role, REQUEST.c.service, REQUEST.c.patron_id, REQUEST.c.created_at,
        REQUEST.c.closed_at,
    )  # fmt: skip
    return select(*columns).where(*same).order_by(REQUEST.c.id.desc()).limit(MOST).subquery()
