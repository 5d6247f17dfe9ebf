"""How far a store's history was found to be right: the mark from which `verify --changed` goes on."""

from sqlalchemy import Connection, func, select

from mailproc.store import store_identity
from mailproc.store.events import HISTORY
from mailproc.store.store_identity import IDENTITY


def newest(connection: Connection) -> int:
    """The id of the last history row; 0 where there is none."""
    return connection.execute(select(func.max(HISTORY.c.id))).scalar() or 0


def until(connection: Connection) -> int:
    """The history row up to which every transaction was right; 0 where that was never so."""
    return connection.execute(select(IDENTITY.c.verified)).scalar() or 0


def changed(connection: Connection, since: int) -> list[int]:
    """The ids, in order, of the transactions to which something happened after that history row."""
    later = select(HISTORY.c.transaction_id).where(HISTORY.c.id > since)
    return sorted(set(connection.execute(later).scalars()))


def forget(connection: Connection) -> None:
    """Note a difference: until everything is checked again and right, nothing counts as checked."""
    connection.execute(IDENTITY.update().values(verified=0))


def remember(connection: Connection, history_id: int) -> None:
    """All was right up to that row. The mark goes forward only: somebody else may have looked meanwhile."""
    store_identity.make(connection)
    earlier = IDENTITY.c.verified < history_id
    connection.execute(IDENTITY.update().where(earlier).values(verified=history_id))
