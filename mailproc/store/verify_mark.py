"""How far a store's history was verified: the mark from which `verify --changed` continues."""

from sqlalchemy import Connection, func, select

from mailproc.store import store_identity
from mailproc.store.events import HISTORY
from mailproc.store.store_identity import IDENTITY


def newest(connection: Connection) -> int:
    """Return the id of the last history row; 0 if there is none."""
    return connection.execute(select(func.max(HISTORY.c.id))).scalar() or 0


def until(connection: Connection) -> int:
    """Return the history row up to which every transaction was correct; 0 if that was never recorded."""
    return connection.execute(select(IDENTITY.c.verified)).scalar() or 0


def changed(connection: Connection, since: int) -> list[int]:
    """Return the ids, in order, of the transactions that changed after that history row."""
    later = select(HISTORY.c.transaction_id).where(HISTORY.c.id > since)
    return sorted(set(connection.execute(later).scalars()))


def forget(connection: Connection) -> None:
    """Record a difference: until everything is checked again and correct, nothing counts as verified."""
    connection.execute(IDENTITY.update().values(verified=0))


def remember(connection: Connection, history_id: int) -> None:
    """Record that all was correct up to that row. The mark only moves forward: checks may overlap."""
    store_identity.make(connection)
    earlier = IDENTITY.c.verified < history_id
    connection.execute(IDENTITY.update().where(earlier).values(verified=history_id))
