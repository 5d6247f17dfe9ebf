"""Sums of statistics: attempts that are over, in groups, and those that are open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    cast,
    extract,
    func,
    literal,
    literal_column,
    select,
    text,
)

from mailproc.ill.attempt_figures import Leg
from mailproc.ill.terms import Role, State
from mailproc.store.current_patrons import IS_CURRENT, PATRON
from mailproc.store.events import HISTORY
from mailproc.store.figures_tables import BY_MONTH, GROUPED
from mailproc.store.finished_attempts import FINISHED
from mailproc.store.prepared_statements import made, one_of
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION

LONGEST = 50_000
"""Hours of a leg (5.7 years): a longer one counts as this. Below the surrogates, which are no signs."""
QUARTER = 900
"""Seconds: in no zone does a month begin within a quarter of an hour. A row for each instant takes long."""
AT_ONCE = 2_000
"""Groups in memory together."""
_MAY_BE_OPEN = sorted(
    state.name
    for state in State
    if state
    not in (
        State.SHELVED_CANCEL, State.IDLE, State.NOT_SUPPLIED, State.FORWARD, State.CANCELLED, State.RETURNED,
        State.CHECKED_IN, State.LOST, State.UNKNOWN,
    )
)  # fmt: skip


@dataclass(frozen=True)
class AttemptGroup:
    """Attempts that are over and have these columns in common (``figures_tables.FinishedAttemptRow``).

    ``month``: in which they were asked ("2026-03"), '' where it was not asked for. ``hours``: of each leg a
    text with one sign for each attempt of which it is known, whose number is its whole hours and one more: a
    million such signs take a few octets each, and are counted ten times as fast as rows.
    """

    month: str
    role: str
    partner: str
    service: str
    category: str
    outcome: str
    reason: str
    attempt: int
    place: int
    cost: str
    count: int
    asked_to_answered: str | None
    asked_to_shipped: str | None
    shipped_to_received: str | None
    received_to_returned: str | None
    returned_to_checked_in: str | None
    wish_to_item: str | None


@dataclass(frozen=True)
class OpenGroup:
    """Attempts that are not over. ``quarter``: in which they were asked, counted in ``QUARTER`` from 1970
    (UTC); None where nobody wants it, or their history is missing."""

    role: Role
    partner: str
    service: str
    category: str
    attempt: int
    quarter: int | None
    count: int


def finished(
    connection: Connection, role: Role | None, first: date | None, last: date | None, *, monthly: bool
) -> Iterator[AttemptGroup]:
    """Sum up what was asked from ``first`` to ``last``, both included; None leaves that end open."""
    names = BY_MONTH if monthly else (*GROUPED, "cost")
    shown = [
        FINISHED.c[one] if one in names else literal("", String).label(one)
        for one in ("month", *GROUPED, "cost")
    ]
    legs = [_hours(connection, FINISHED.c[leg]).label(leg) for leg in Leg]
    statement = select(*shown, func.count().label("count"), *legs).group_by(
        *(FINISHED.c[one] for one in names)
    )
    if role is not None:
        statement = statement.where(FINISHED.c.role == role.name)
    if first is not None:
        statement = statement.where(FINISHED.c.asked_on >= first)
    if last is not None:
        statement = statement.where(FINISHED.c.asked_on <= last)
    with connection.execute(statement.execution_options(yield_per=AT_ONCE)) as rows:
        for some in rows.partitions():
            yield from made(AttemptGroup, some)


def _hours(connection: Connection, seconds: ColumnElement[int]) -> ColumnElement[str]:
    hours = seconds // 3600
    if connection.dialect.name == "sqlite":
        sign = func.char(func.min(hours, LONGEST) + 1)
    else:
        sign = func.chr(func.least(hours, LONGEST) + 1)
    return func.aggregate_strings(sign, "").filter(seconds.is_not(None))


def _quarter(connection: Connection, at: ColumnElement[datetime]) -> ColumnElement[int]:
    if connection.dialect.name == "sqlite":
        return cast(func.strftime("%s", at), Integer) // QUARTER
    return cast(func.floor(extract("epoch", at) / QUARTER), Integer)


def not_over(
    connection: Connection,
    role: Role | None,
    since: datetime | None,
    until: datetime | None,
    *,
    monthly: bool,
) -> Iterator[OpenGroup]:
    """Sum up the attempts that have no row of their figures, asked from ``since`` until before ``until``."""
    asked = (
        select(HISTORY.c.at)
        .where(HISTORY.c.transaction_id == TRANSACTION.c.id)
        .order_by(HISTORY.c.id)
        .limit(1)
        .scalar_subquery()
    )
    category = select(PATRON.c.status).where(PATRON.c.id == REQUEST.c.patron_id, IS_CURRENT).scalar_subquery()
    grouped: list[ColumnElement[Any]] = [
        TRANSACTION.c.role,
        TRANSACTION.c.partner,
        TRANSACTION.c.service,
        func.coalesce(category, literal_column("''")).label("category"),
        TRANSACTION.c.attempt,
        (_quarter(connection, asked) if monthly else cast(None, Integer)).label("quarter"),
    ]
    within = [asked >= since] if since is not None else []
    within += [asked < until] if until is not None else []
    statement = (
        select(*grouped, func.count().label("count"))
        .join_from(TRANSACTION, REQUEST, REQUEST.c.id == TRANSACTION.c.request_id)
        .where(
            one_of(TRANSACTION.c.role, [role.name] if role is not None else [one.name for one in Role]),
            one_of(TRANSACTION.c.state, _MAY_BE_OPEN),
            ~select(FINISHED.c.transaction_id).where(FINISHED.c.transaction_id == TRANSACTION.c.id).exists(),
            *within,
        )
        .group_by(*(text(str(place)) for place in range(1, 7 if monthly else 6)))
    )
    with connection.execute(statement.execution_options(yield_per=AT_ONCE)) as rows:
        for some in rows.partitions():
            yield from made(OpenGroup, some)
