"""The real store, quicker to open: for stories, which make one each and pull no plug.

An empty one is a copy. Statements are compiled once a process, not once a store; a connection that writes
is kept for the next write; nothing waits for the disk. All else is the store as it is: its statements, its
transactions, one writer at a time. What a crash can tell apart is tried on the store itself, in
tests/store, app and acceptance.
"""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import QueuePool

from mailproc.store import connections
from mailproc.store.archives import Archives
from mailproc.store.engine import Store
from tests.support import empty_store

_DIALECTS: dict[tuple[str, bool], Dialect] = {}
_COMPILED: dict[tuple[str, bool], dict[Any, Any]] = {}


class QuickStore(Store):
    def __init__(self, url: URL, base: Path = Path(), archives: Archives | None = None) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(connections, "NullPool", QueuePool)
            super().__init__(url, base, archives)
        self._reading = _sharing(self._reading, writes=False)
        self._writing = _sharing(self._writing, writes=True)

    def _prepare(self, *, make: bool, may_migrate: bool, expected: str) -> None:
        if self.path is not None and make and not expected and not connections.is_there(self.path):
            empty_store.copy_to(self.path)
        super()._prepare(make=make, may_migrate=may_migrate, expected=expected)


def _sharing(engine: Engine, *, writes: bool) -> Engine:
    """The engine with what others of its kind have compiled."""
    kind = engine.dialect.name, writes
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _unsafe)
    if kind in _DIALECTS:
        engine.dialect = _DIALECTS[kind]  # a statement is known by its dialect
    else:  # from its first connection on it knows its database
        event.listen(engine, "connect", lambda *_: _DIALECTS.setdefault(kind, engine.dialect))
    return engine.execution_options(compiled_cache=_COMPILED.setdefault(kind, {}))


def _unsafe(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
