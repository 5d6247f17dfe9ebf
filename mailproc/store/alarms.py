"""What staff were told and need not be told again soon; and how often people may be told of something.

A count of letters is a row of the same table: how many there were since an instant, and what has happened
since without one. ``take`` is in the commit of the letter, so a letter that is never written changes no
count.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, text

from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.tables import Alarm, Instant

ALARM = table_of(Alarm)
_LAST = Constant(
    select(ALARM.c.raised_at).where(
        ALARM.c.kind == bindparam("kind"), ALARM.c.key == bindparam("key"), ALARM.c.cleared_at.is_(None)
    )
)
_RAISE = Constant(
    text(
        "INSERT INTO alarm (kind, key, raised_at) VALUES (:kind, :key, :now)"
        " ON CONFLICT (kind, key) DO UPDATE SET raised_at = excluded.raised_at, cleared_at = NULL"
        " WHERE alarm.cleared_at IS NOT NULL OR alarm.raised_at > :now OR alarm.raised_at <= :before"
        " RETURNING kind"
    ).bindparams(bindparam("now", type_=Instant), bindparam("before", type_=Instant))
)
_COUNTS = select(ALARM.c.raised_at, ALARM.c.told, ALARM.c.untold).where(
    ALARM.c.kind == bindparam("kind"), ALARM.c.key == bindparam("key")
)
_TOLD = text(
    "INSERT INTO alarm (kind, key, raised_at, told, untold) VALUES (:kind, :key, :since, :told, 0)"
    " ON CONFLICT (kind, key) DO UPDATE SET raised_at = excluded.raised_at, told = excluded.told,"
    " untold = CASE WHEN alarm.untold > :said THEN alarm.untold - :said ELSE 0 END"
).bindparams(bindparam("since", type_=Instant))
_NOT_TOLD = text(
    "INSERT INTO alarm (kind, key, raised_at, told, untold) VALUES (:kind, :key, :now, 0, 1)"
    " ON CONFLICT (kind, key) DO UPDATE SET untold = alarm.untold + 1"
).bindparams(bindparam("now", type_=Instant))
_UNTOLD = Constant(select(ALARM.c.key, ALARM.c.untold).where(ALARM.c.kind == bindparam("kind")))
HOUR = timedelta(hours=1)
OVER, UNTOLD_KEPT = timedelta(days=8), timedelta(days=30)
"""How long ago a period began that is certainly over (none exceeds a week), and how long a count is kept."""
_FORGET = Constant(
    text(
        "DELETE FROM alarm WHERE (kind, key) IN (SELECT kind, key FROM alarm WHERE raised_at < :over"
        " AND (untold = 0 OR raised_at < :given_up) ORDER BY raised_at LIMIT :most)"
    ).bindparams(bindparam("over", type_=Instant), bindparam("given_up", type_=Instant))
)
_CLEAR = Constant(
    text(
        "UPDATE alarm SET cleared_at = :now WHERE kind = :kind AND key = :key AND cleared_at IS NULL"
    ).bindparams(bindparam("now", type_=Instant))
)


def was_raised(
    connection: Connection, kind: str, key: str, now: datetime, every: timedelta = timedelta(days=1)
) -> bool:
    """Return whether staff were told of this within ``every``."""
    last = _LAST.scalar(connection, {"kind": kind, "key": key})
    return last is not None and timedelta(0) <= now - last < every


def raise_once(
    connection: Connection, kind: str, key: str, now: datetime, every: timedelta = timedelta(days=1)
) -> bool:
    """Return whether staff are to be told of this now; False if they were within ``every``.

    An alarm raised later than ``now`` (the clock was wrong then) does not count.
    """
    values = {"kind": kind, "key": key, "now": now, "before": now - every}
    return _RAISE.scalar(connection, values) is not None


def clear(connection: Connection, kind: str, key: str, now: datetime) -> None:
    """Delete the alarm, because the trouble is over."""
    _CLEAR.run(connection, {"kind": kind, "key": key, "now": now})


@dataclass(frozen=True)
class Turn:
    """Whether a letter may be written now (``free``).

    ``told``: letters since ``since``, of ``most`` allowed; ``untold``: what happened since then without one.
    ``starts``: a new period begins with it.
    """

    kind: str
    key: str
    most: int
    free: bool
    starts: bool
    told: int
    untold: int
    since: datetime


def turn(connection: Connection, kind: str, key: str, now: datetime, *, most: int, within: timedelta) -> Turn:
    """Return whether people may be told of this now: at most ``most`` letters in each period of ``within``.

    A period that began later than ``now`` (the clock was wrong then) is over.
    """
    row = connection.execute(_COUNTS, {"kind": kind, "key": key}).one_or_none()
    if row is None:
        return Turn(kind, key, most, free=True, starts=True, told=0, untold=0, since=now)
    starts = not timedelta(0) <= now - row.raised_at < within
    told = 0 if starts else row.told
    return Turn(kind, key, most, told < most, starts, told, row.untold, row.raised_at)


def take(connection: Connection, taken: Turn, now: datetime) -> None:
    """Count the letter, which reports what had not been told."""
    values = {"kind": taken.kind, "key": taken.key, "told": taken.told + 1, "said": taken.untold}
    connection.execute(_TOLD, values | {"since": now if taken.starts else taken.since})


def count(connection: Connection, kind: str, key: str, now: datetime) -> None:
    """Count it without a letter; the next letter reports it."""
    connection.execute(_NOT_TOLD, {"kind": kind, "key": key, "now": now})


def forget(connection: Connection, now: datetime, most: int) -> None:
    """Delete rows that are over, the oldest first, ``most`` at a time.

    Each order file and each request leaves a row. What was not told yet is kept for a month.
    """
    _FORGET.run(connection, {"over": now - OVER, "given_up": now - UNTOLD_KEPT, "most": most})


def counts(connection: Connection, kind: str) -> dict[str, int]:
    """Return the counts of a kind, by key."""
    return {row["key"]: row["untold"] for row in _UNTOLD.rows(connection, {"kind": kind})}


def all_told(connection: Connection, kind: str) -> None:
    """Mark everything that was counted of a kind as told."""
    connection.execute(ALARM.delete().where(ALARM.c.kind == kind))
