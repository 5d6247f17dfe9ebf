"""How far attempts of an earlier release have their figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from mailproc.store.figures_tables import OlderAttemptsRow
from mailproc.store.prepared_statements import made, table_of
from mailproc.store.rows import Transaction
from mailproc.store.transactions import TRANSACTION

_OLDER = table_of(OlderAttemptsRow)


@dataclass(frozen=True)
class OlderAttempts:
    """Transactions up to ``until`` began before figures were kept; those up to ``done`` have theirs."""

    until: int
    done: int

    @property
    def left(self) -> int:
        return max(0, self.until - self.done)


def progress(connection: Connection) -> OlderAttempts:
    found = made(OlderAttempts, connection.execute(select(_OLDER.c.until, _OLDER.c.done)))
    return found[0] if found else OlderAttempts(0, 0)


def after(connection: Connection, done: int, until: int, most: int) -> Sequence[Transaction]:
    """Return the next transactions after ``done``, up to ``until``."""
    ids = TRANSACTION.c.id
    chosen = select(TRANSACTION).where(ids > done, ids <= until).order_by(ids).limit(most)
    return made(Transaction, connection.execute(chosen))


def moved_on(connection: Connection, done: int) -> None:
    connection.execute(_OLDER.update().values(done=done))


def versions(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Return how often each of these transactions has changed."""
    chosen = select(TRANSACTION.c.id, TRANSACTION.c.version).where(TRANSACTION.c.id.in_(ids))
    return {row.id: row.version for row in connection.execute(chosen)}
