"""A store for telling long stories fast: one connection, and a commit only now and then.

What a step writes is still a unit of its own (a savepoint). That it survives a crash is no
matter here: tests/acceptance kills processes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection

from mailproc.store.engine import Store
from mailproc.store.savepoint import savepoint

T = TypeVar("T")


class OneCommit(Store):
    _held: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self._connection()

    def write(self, job: Callable[[Connection], T]) -> T:
        connection = self._connection()
        with savepoint(connection):
            return job(connection)

    def commit(self) -> None:
        if self._held is not None:
            self._held.commit()

    def close(self) -> None:
        if self._held is not None:
            self._held.commit()
            self._held.close()
            self._held = None
        super().close()

    def _connection(self) -> Connection:
        if self._held is None:
            self._held = self._writing.connect()
        if not self._held.in_transaction():
            self._held.begin()
        return self._held
