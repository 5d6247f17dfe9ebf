"""Tell whether anybody has committed a change, the command line too: by a number that the database keeps."""

import threading
from collections.abc import Callable

from mailproc.errors import TryLater
from mailproc.store.connections import DedicatedConnection
from mailproc.store.db_errors import driver_errors, first_line

# The number is specific to a connection, so it is always read over the same one.
_VERSION = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
}


class CommitWatch:
    """Safe from any thread. ``connect`` opens a connection of its own."""

    def __init__(self, dialect: str, connect: Callable[[], DedicatedConnection]) -> None:
        self._query, self._connect = _VERSION[dialect], connect
        self._connection: DedicatedConnection | None = None
        self._alone = threading.Lock()

    def version(self) -> int:
        """Return a number that changes when any connection has committed a change. Raise TryLater."""
        with self._alone:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                return int(self._connection.ask(self._query))
            except driver_errors() as error:
                self._close()  # a new connection the next time
                raise TryLater(f"the store cannot be watched: {first_line(error)}") from None

    def stop(self) -> None:
        """Close the connection."""
        with self._alone:
            self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
