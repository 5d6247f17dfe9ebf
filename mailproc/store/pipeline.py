"""Speak to PostgreSQL in fewer round trips.

A statement that returns nothing, and the ends of a savepoint, wait here. They are sent together with the next
statement that returns rows, at the end of their savepoint, or before the commit. So each still fails inside
the savepoint to which it belongs.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from mailproc.store.db_errors import driver_errors, strip_detail, try_later

_SAVEPOINT = "SAVEPOINT part"
_ROLLBACK = "ROLLBACK TO SAVEPOINT part"
_RELEASE = "RELEASE SAVEPOINT part"
_KEY = "mailproc pipeline"


class StatementPipeline:
    """The statements of one connection that are not sent yet. Raises the driver's errors as they are."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._waiting: list[tuple[str, Sequence[Any] | None]] = []
        self._may_fail = 0  # how many of those that wait
        self._sent = 0  # how many are gone: the place of the first that waits
        self.failed = False
        """A statement failed: psycopg may hold one behind it for prepared that the server never saw."""

    def begin(self, lock: str) -> None:
        """Begin a transaction with the statement ``lock``, in one round trip."""
        if self._may_fail:  # whoever writes at the COMMIT must do so ahead of ``before_commit``
            raise RuntimeError("statements of the last transaction were not sent before its COMMIT")
        self.forget()
        self._flush((lock, None))

    def later(self, text: str, values: Sequence[Any]) -> None:
        """Send the statement with the next one."""
        self._waiting.append((text, values))
        self._may_fail += 1

    def ask(self, text: str, values: Sequence[Any]) -> Any:
        """Send everything, and this statement; return its cursor."""
        return self._flush((text, values))

    def send(self) -> None:
        """Send what waits, before a statement that does not come through here."""
        if self._waiting:
            self._flush()

    def send_writes(self) -> None:
        """Send what waits if a write is among it; the ends of savepoints alone can wait on."""
        if self._may_fail:
            self._flush()

    def check(self) -> None:
        """Raise RuntimeError where a statement has failed and its job did not say so.

        What follows would be lost without a word: PostgreSQL answers COMMIT with a ROLLBACK.
        """
        if self._driver.info.transaction_status.name == "INERROR":
            raise RuntimeError("a statement has failed, and its job went on as if it had not")

    def forget(self) -> None:
        """Drop what waits: its transaction is over."""
        self._waiting, self._may_fail = [], 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what was changed inside if it raises (see ``savepoint.py``)."""
        self.send_writes()  # what waits belongs to those around
        place = self._sent + len(self._waiting)
        self._waiting.append((_SAVEPOINT, None))
        try:
            yield
            self.send_writes()
            self.check()
        except BaseException as error:
            if try_later(error) is None:
                self._undo(place)
            raise
        self._end(place)

    def _end(self, place: int) -> None:
        if place >= self._sent:  # nothing was sent since
            del self._waiting[place - self._sent :]
        else:
            self._waiting.append((_RELEASE, None))

    def _undo(self, place: int) -> None:
        if place < self._sent:  # those within have ended: they have the same name
            self._waiting = [one for one in self._waiting if one[0] == _RELEASE]
            self._flush((_ROLLBACK, None))
        self._end(place)
        self._may_fail = 0

    def _flush(self, *more: tuple[str, Sequence[Any] | None]) -> Any:
        """Send all in one round trip; return the cursor of the last."""
        statements = [*self._waiting, *more]
        self._sent += len(self._waiting)
        self.forget()
        cursor = None
        try:
            with self._driver.pipeline():
                for text, values in statements:
                    cursor = self._driver.execute(text, values)
        except driver_errors() as error:
            self.failed = True
            strip_detail(error)
            raise
        return cursor


def attach(driver: Any, record: Any) -> None:
    """Give a new connection its pipeline (an event of SQLAlchemy's)."""
    record.info[_KEY] = StatementPipeline(driver)


def pipeline_of(connection: Connection) -> StatementPipeline | None:
    """Return the connection's pipeline; None on SQLite, and on a connection that only reads."""
    return connection.info.get(_KEY)


def begin(connection: Connection, lock: str) -> None:
    """Begin a transaction of a connection that writes with the statement ``lock``."""
    connection.info[_KEY].begin(lock)


def send(connection: Connection, *_statement: object) -> None:
    """Send what waits on the connection, before a statement of SQLAlchemy's (an event)."""
    connection.info[_KEY].send()


def forget(connection: Connection) -> None:
    """Drop what waits on the connection, whose transaction is rolled back (an event)."""
    if not connection.invalidated:
        connection.info[_KEY].forget()


def send_writes(connection: Connection) -> None:
    """Send what waits on the connection if a write is among it."""
    if (pipeline := pipeline_of(connection)) is not None:
        pipeline.send_writes()


def before_commit(connection: Connection) -> None:
    """The same right before COMMIT (an event); a transaction that has failed is not committed."""
    if (pipeline := pipeline_of(connection)) is not None:
        pipeline.send_writes()
        pipeline.check()
