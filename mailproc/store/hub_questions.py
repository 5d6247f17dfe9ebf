"""Until which day the hub was asked what has changed, by our role, and since when it does not tell.

The day moves with the letters of its answer.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select, text

from mailproc.ill.terms import Role
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.tables import HubRow, Instant

_HUB = table_of(HubRow)
_ASKED = Constant(select(_HUB.c.asked_on).where(_HUB.c.name == bindparam("name")))
_MOVE = Constant(
    text(
        "INSERT INTO hub (name, asked_on, last_error) VALUES (:name, :asked_on, '')"
        " ON CONFLICT (name) DO UPDATE SET asked_on = excluded.asked_on,"
        " failing_since = NULL, last_error = '', told_at = NULL"
    ).bindparams(bindparam("asked_on", type_=_HUB.c.asked_on.type))
)
# One of the future was noted while the clock was wrong.
_FAILING = Constant(
    text(
        "INSERT INTO hub (name, failing_since, last_error) VALUES (:name, :now, :error)"
        " ON CONFLICT (name) DO UPDATE SET last_error = excluded.last_error,"
        " failing_since = CASE WHEN hub.failing_since <= excluded.failing_since"
        " THEN hub.failing_since ELSE excluded.failing_since END"
    ).bindparams(bindparam("now", type_=Instant))
)
_FAILURES = Constant(
    select(_HUB.c.failing_since, _HUB.c.last_error, _HUB.c.told_at)
    .where(_HUB.c.failing_since.is_not(None))
    .order_by(_HUB.c.failing_since)
)
_TOLD = Constant(
    text("UPDATE hub SET told_at = :now WHERE failing_since IS NOT NULL").bindparams(
        bindparam("now", type_=Instant)
    )
)


@dataclass(frozen=True)
class HubSilence:
    """The hub does not tell what has changed, about one role at least. ``error``: a stored sentence.

    ``told``: staff had a letter about it.
    """

    since: datetime
    error: str
    told: bool


def asked_on(connection: Connection, role: Role) -> date | None:
    """Return the day of the last answer about what we as ``role`` do; None before the first."""
    day: date | None = _ASKED.scalar(connection, {"name": role.name})
    return day


def answered(connection: Connection, role: Role, day: date) -> None:
    """Record that the hub has told what had changed until ``day``: a silence about this role is over."""
    _MOVE.run(connection, {"name": role.name, "asked_on": day})


def failing(connection: Connection, role: Role, error: str, now: datetime) -> None:
    """Record that the hub did not tell; the first time stays until it does."""
    _FAILING.run(connection, {"name": role.name, "error": error, "now": now})


def silence(connection: Connection) -> HubSilence | None:
    """Return the longest silence of the hub; None if it has answered the last question about each role."""
    rows = _FAILURES.rows(connection, {})
    if not rows:
        return None
    told = any(row["told_at"] is not None for row in rows)
    return HubSilence(rows[0]["failing_since"], rows[0]["last_error"], told)


def told(connection: Connection, now: datetime) -> None:
    """Record that staff have a letter about the silence."""
    _TOLD.run(connection, {"now": now})
