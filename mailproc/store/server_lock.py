"""The lock of a store on PostgreSQL, and who waits for it: one service at work, others standing by.

The lock is an advisory one, held by a connection of its own. It dies with that connection: with the process,
or when the server no longer reaches its machine, which it notices within 25 seconds. Its holder takes it
again, unless another one was quicker. What makes that safe is the term of the store, which each service
raises when it begins, and which is checked in every commit of a service (store_guard.py): the lock decides
who begins, the term who may write.

Who holds the lock and who waits for it is told by the names of their connections, which PostgreSQL lists:
so it is true at every moment, and a dead one leaves nothing behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, text

from mailproc.errors import TryLater
from mailproc.store.connections import DedicatedConnection, called, naming
from mailproc.store.db_errors import driver_errors, first_line

# The lock's number is "maildaem" in ASCII; advisory locks are per database.
_TRY = "SELECT pg_try_advisory_lock(7881696737136567661)"
_HOLDERS = (
    "FROM pg_locks LEFT JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND objsubid = 1 AND ((classid::bigint << 32) | objid::bigint) = 7881696737136567661"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_HOLDER = f"SELECT coalesce(max(application_name), '') AS name, count(*) AS held {_HOLDERS}"
_END = (
    "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name IN (:service, :writer)"
)
_WAITING = (
    "SELECT application_name AS name, backend_start AS since FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'mailproc % %@%' ORDER BY 2"
)
SERVICE, STANDBY, UNREADY = "service", "standby", "unready"
"""What a connection is for: the lock, waiting for it, waiting without being able to take it."""


class OnServer(Protocol):
    """What the lock needs to know of a store."""

    def dedicated_connection(self) -> DedicatedConnection: ...


@dataclass(frozen=True)
class Holder:
    """Who has the lock: its process, 0 if it is not known, and on PostgreSQL its machine."""

    process: int = 0
    host: str = ""

    def is_(self, process: int, host: str) -> bool:
        """Return whether it is this one; of an unknown one that is not said."""
        return f"{self.process}@{self.host}" == called(process, host)


@dataclass(frozen=True)
class WaitingService:
    """A service that stands by. Not ``ready``: something that it needs is not there (its log says what)."""

    process: int
    host: str
    since: datetime
    ready: bool


class ServerLock:
    """The lock of one process: its connection holds it, or waits."""

    def __init__(self, store: OnServer) -> None:
        self._store = store
        self._connection: DedicatedConnection | None = None
        self._named = ""

    def take(self) -> bool:
        """Take the lock if nobody has it. Raise TryLater if the server cannot be asked."""
        return bool(self._asked(_TRY))

    def still_ours(self) -> bool:
        """Return whether the lock, once taken, is held; if its connection was lost, it is taken again."""
        with suppress(TryLater):
            if self._connection is not None:
                return bool(self._asked("SELECT true"))
        return self.take()

    def wait_as(self, what: str) -> None:
        """Be known as ``STANDBY``, ``UNREADY`` or ``SERVICE``. Raise TryLater."""
        if self._named != what or self._connection is None:
            self._named = what
            self._asked(naming(self._named))

    def give_up(self) -> None:
        """Let the next one have the lock now: the server closes a connection in its own time."""
        if self._connection is not None:
            with suppress(TryLater):
                self._asked("SELECT pg_advisory_unlock_all() IS NULL")
        self.close()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*driver_errors()):
                connection.close()

    def _asked(self, query: str) -> object:
        try:
            if self._connection is None:
                self._connection = self._store.dedicated_connection()
                if self._named:
                    self._connection.ask(naming(self._named))
            return self._connection.ask(query)
        except driver_errors() as error:
            self.close()
            raise TryLater(f"the store cannot be asked for its lock: {first_line(error)}") from None


@contextmanager
def server_lock(store: OnServer) -> Iterator[ServerLock]:
    """Give the lock of this process, not taken yet; it is given up at the end."""
    lock = ServerLock(store)
    try:
        yield lock
    finally:
        lock.give_up()


def holder(connection: Connection) -> Holder | None:
    """Return who has the lock; None if nobody does."""
    row = connection.execute(text(_HOLDER)).one()
    return _of(row.name) if row.held else None


def end(connection: Connection, frozen: Holder) -> bool:
    """Have PostgreSQL end the connections of a service that has frozen; False if there is none.

    Its lock's, and its writer's: that may hold the writers' lock, in the middle of a commit. PostgreSQL's
    idle_in_transaction_session_timeout does not see such a one: it does not count within a pipeline.
    """
    who = f"{frozen.process}@{frozen.host}"
    names = {"service": f"mailproc service {who}", "writer": f"mailproc writer {who}"}
    return bool(connection.execute(text(_END), names).scalar())


def waiting(connection: Connection) -> list[WaitingService]:
    """Return who waits for the lock, the longest first."""
    found = []
    for name, since in connection.execute(text(_WAITING)):
        what, who = name.split(" ")[1], _of(name)
        if what in (STANDBY, UNREADY):
            found.append(WaitingService(who.process, who.host, since, what == STANDBY))
    return found


def _of(name: str) -> Holder:
    """Return who is called ``mailproc service 4711@host``."""
    process, _, host = name.rpartition(" ")[2].partition("@")
    return Holder(int(process), host) if process.isascii() and process.isdigit() else Holder()
