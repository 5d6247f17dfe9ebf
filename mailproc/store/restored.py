"""The rows that say when the store was put back from a copy, and whether it goes on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from mailproc.store.prepared_statements import made, table_of
from mailproc.store.upkeep_tables import RestoredRow

_TABLE = table_of(RestoredRow)
_OPEN = _TABLE.c.gone_on_at.is_(None)
_NOT_OVER = _TABLE.c.is_over == 0
_LAST = select(_TABLE).order_by(_TABLE.c.id.desc()).limit(1)
FOUND, FILE, HERE = "found", "file", "here"
"""How it was noticed: at a start, by `restore FILE`, by `restore --here`."""


@dataclass(frozen=True)
class Restored:
    """As ``RestoredRow``."""

    id: int
    found_at: datetime
    how: str
    newest_at: datetime | None
    inbox_until: int
    numbers: str
    gone_on_at: datetime | None
    actor: str
    is_over: int


def record(
    connection: Connection,
    found_at: datetime,
    how: str,
    newest_at: datetime | None,
    inbox_until: int,
    numbers: str,
) -> None:
    """Record that the store was put back: from now on it is held."""
    what = {"found_at": found_at, "how": how, "newest_at": newest_at, "inbox_until": inbox_until}
    connection.execute(_TABLE.insert().values(**what, numbers=numbers, actor="", is_over=0))


def standing(connection: Connection) -> Restored | None:
    """Return what holds the store; None if staff let it go on, or it never was put back."""
    return next(iter(made(Restored, connection.execute(_LAST.where(_OPEN)))), None)


def last(connection: Connection) -> Restored | None:
    """Return when it was put back the last time; None if it never was."""
    return next(iter(made(Restored, connection.execute(_LAST))), None)


def go_on(connection: Connection, at: datetime, actor: str) -> bool:
    """Record that staff let the store go on. False if nothing holds it."""
    gone = _TABLE.update().where(_OPEN).values(gone_on_at=at, actor=actor)
    return connection.execute(gone).rowcount > 0


def is_ending(connection: Connection) -> bool:
    """Return whether staff let it go on, and the service has not yet."""
    found = select(_TABLE.c.id).where(_NOT_OVER).limit(1)
    return standing(connection) is None and connection.execute(found).first() is not None


def is_over(connection: Connection) -> bool:
    """Return whether the store goes on: it was never put back, or the service has gone on since."""
    found = last(connection)
    return found is None or bool(found.is_over)


def end(connection: Connection) -> None:
    """Record that it goes on."""
    connection.execute(_TABLE.update().where(_NOT_OVER).values(is_over=1))
