"""Sums of statistics: attempts that are over, in groups, and those that are open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    case,
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
_UNKNOWN = chr(1)
_DAY = 86_400 // QUARTER
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

    ``month``: in which they were asked ("2026-03"), '' where it was not asked for. ``hours``: see ``signs``.
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
    hours: str

    def signs(self) -> Iterator[tuple[Leg, str]]:
        """Return of each leg a sign for each attempt of which it is known (``hours_of``).

        ``hours`` has them of all legs in turn, and one for what is not known. A million such signs take a few
        octets each, and are counted ten times as fast as rows.
        """
        for place, leg in enumerate(Leg):
            yield leg, self.hours[place :: len(Leg)].replace(_UNKNOWN, "")


def hours_of(sign: str) -> int:
    """Return the whole hours for which a sign stands."""
    return ord(sign) - 2


@dataclass(frozen=True)
class OpenGroup:
    """Attempts that are not over.

    By month: partner, service and category are ''. ``quarter``: in which they were asked, counted in
    ``QUARTER`` from 1970 (UTC), or the first of that day, where the whole day is of one month in every zone;
    None where nobody wants it, or their history is missing.
    """

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
    statement = select(*shown, func.count().label("count"), _hours(connection).label("hours")).group_by(
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


def _hours(connection: Connection) -> ColumnElement[str]:
    """One text for all legs: one for each takes twice as long."""
    is_sqlite = connection.dialect.name == "sqlite"
    lower = func.min if is_sqlite else func.least
    seconds = [FINISHED.c[leg] for leg in Leg]
    # Asked first: PostgreSQL's LEAST takes no notice of NULL.
    numbers = [case((one.is_(None), 1), else_=lower(one // 3600, LONGEST) + 2) for one in seconds]
    signs = func.char(*numbers) if is_sqlite else func.concat(*map(func.chr, numbers))
    return func.aggregate_strings(signs, "")


def _quarter(connection: Connection, at: ColumnElement[datetime]) -> ColumnElement[int]:
    """A month of some zone begins on the first or on the last day of one of UTC, and on no other."""
    if connection.dialect.name == "sqlite":
        quarter, day = cast(func.strftime("%s", at), Integer) // QUARTER, func.substr(at, 9, 2)
    else:
        quarter = cast(func.floor(extract("epoch", at) / QUARTER), Integer)
        day = func.to_char(func.timezone("UTC", at), "DD")
    return case((day.between("02", "27"), quarter - quarter % _DAY), else_=quarter)


def not_over(
    connection: Connection,
    role: Role | None,
    since: datetime | None,
    until: datetime | None,
    *,
    monthly: bool,
) -> Iterator[OpenGroup]:
    """Sum up the attempts that have no row of their figures, asked from ``since`` until before ``until``."""
    asked: ColumnElement[datetime] = (
        select(HISTORY.c.at)
        .where(HISTORY.c.transaction_id == TRANSACTION.c.id)
        .order_by(HISTORY.c.id)
        .limit(1)
        .scalar_subquery()
    )
    within = [asked >= since] if since is not None else []
    within += [asked < until] if until is not None else []
    statement = (
        select(*_of_open(connection, asked, monthly=monthly), func.count().label("count"))
        .join_from(TRANSACTION, REQUEST, REQUEST.c.id == TRANSACTION.c.request_id)
        .where(
            one_of(TRANSACTION.c.role, [role.name] if role is not None else [one.name for one in Role]),
            one_of(TRANSACTION.c.state, _MAY_BE_OPEN),
            ~select(FINISHED.c.transaction_id).where(FINISHED.c.transaction_id == TRANSACTION.c.id).exists(),
            *within,
        )
        .group_by(*(text(str(place)) for place in range(1, len(OpenGroup.__annotations__))))
    )
    with connection.execute(statement.execution_options(yield_per=AT_ONCE)) as rows:
        for some in rows.partitions():
            yield from made(OpenGroup, some)


def _of_open(
    connection: Connection, asked: ColumnElement[datetime], *, monthly: bool
) -> Sequence[ColumnElement[Any]]:
    """Return the columns of ``OpenGroup`` but the last."""
    attempt, none = TRANSACTION.c.attempt, literal("", String)
    if monthly:
        names = [none.label(name) for name in ("partner", "service", "category")]
        return [TRANSACTION.c.role, *names, attempt, _quarter(connection, asked).label("quarter")]
    category = select(PATRON.c.status).where(PATRON.c.id == REQUEST.c.patron_id, IS_CURRENT).scalar_subquery()
    known = func.coalesce(category, literal_column("''")).label("category")
    kind: list[ColumnElement[Any]] = [TRANSACTION.c.partner, TRANSACTION.c.service, known]
    return [TRANSACTION.c.role, *kind, attempt, cast(None, Integer).label("quarter")]
