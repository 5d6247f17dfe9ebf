"""What staff were told once and need not be told again at once."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, text

from mailproc.store.statements import table_of
from mailproc.store.tables import Alarm, Instant

ALARM = table_of(Alarm)
_LAST = select(ALARM.c.raised_at).where(
    ALARM.c.kind == bindparam("kind"), ALARM.c.key == bindparam("key"), ALARM.c.cleared_at.is_(None)
)
_RAISE = text(
    "INSERT INTO alarm (kind, key, raised_at) VALUES (:kind, :key, :now)"
    " ON CONFLICT (kind, key) DO UPDATE SET raised_at = excluded.raised_at, cleared_at = NULL"
).bindparams(bindparam("now", type_=Instant))
_CLEAR = text(
    "UPDATE alarm SET cleared_at = :now WHERE kind = :kind AND key = :key AND cleared_at IS NULL"
).bindparams(bindparam("now", type_=Instant))


def raise_once(
    connection: Connection, kind: str, key: str, now: datetime, every: timedelta = timedelta(days=1)
) -> bool:
    """True where staff are to be told of this now; False where they were within ``every``.

    One that was raised later than ``now`` (the clock was wrong then) keeps nobody silent.
    """
    last = connection.execute(_LAST, {"kind": kind, "key": key}).scalar()
    if last is not None and timedelta(0) <= now - last < every:
        return False
    connection.execute(_RAISE, {"kind": kind, "key": key, "now": now})
    return True


def clear(connection: Connection, kind: str, key: str, now: datetime) -> None:
    """The trouble is over."""
    connection.execute(_CLEAR, {"kind": kind, "key": key, "now": now})
