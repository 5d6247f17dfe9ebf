"""One daemon for each store. The lock dies with its process: a crash leaves none behind."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from mailproc import private
from mailproc.errors import LocalFault, Misconfigured
from mailproc.store import server_lock
from mailproc.store.connections import DedicatedConnection
from mailproc.store.server_lock import Holder

_TRIES, _BETWEEN = 10, 0.02
"""How often a start tries the lock of a file, and the seconds between: ``holder`` has it for a moment."""


class Locked(Protocol):
    """What the lock needs to know of a store."""

    @property
    def path(self) -> Path | None: ...

    def dedicated_connection(self) -> DedicatedConnection: ...


def holder(store: Locked, connection: Connection) -> Holder | None:
    """Say who holds the store, without disturbing anybody; None if nobody does.

    Several may ask at the same time: each takes a shared lock for a moment. A lock file of another user that
    cannot be read is taken for held.
    """
    if store.path is None:
        return server_lock.holder(connection)
    try:
        descriptor = os.open(_lock_file(store.path), os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError:
        return Holder()
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        written = os.pread(descriptor, 20, 0).decode("ascii", "replace")
        return Holder(int(written) if written.isascii() and written.isdigit() else 0)
    finally:
        os.close(descriptor)


def _lock_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


@contextmanager
def daemon_lock(store: Locked) -> Iterator[Callable[[], bool]]:
    """Hold the store for one daemon. Raise LocalFault if another one holds it, or Misconfigured.

    Yield a function that tells whether the lock is still ours. A file's lock lasts as long as the process. On
    PostgreSQL it is lost with its connection and then taken again, unless another daemon was quicker: then
    the function returns False, and this daemon must stop. It raises TryLater while the server is away.
    """
    with file_lock(store.path) if store.path is not None else _server_lock(store) as still_ours:
        yield still_ours


@contextmanager
def file_lock(path: Path) -> Iterator[Callable[[], bool]]:
    """As ``daemon_lock``, of a SQLite store at that path, whether it is there or not."""
    lock = _lock_file(path)
    try:
        descriptor = private.open_ours(lock, os.O_RDWR | os.O_CREAT)
    except OSError as error:  # left by a daemon that ran as another user
        raise Misconfigured(f"store.url: {lock} cannot be opened: {error.strerror}") from None
    try:
        if not _is_locked(descriptor):
            raise _taken(f" (process {os.pread(descriptor, 20, 0).decode() or 'unknown'})")
        with suppress(OSError):  # a full disk: the number is only shown to the one who is refused
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield lambda: True
    finally:
        os.close(descriptor)  # the file stays: deleting it would let two daemons hold two files


def _is_locked(descriptor: int) -> bool:
    for left in reversed(range(_TRIES)):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if left:
            time.sleep(_BETWEEN)  # who asks for the state of the service holds it for a moment
    return False


@contextmanager
def _server_lock(store: Locked) -> Iterator[Callable[[], bool]]:
    with server_lock.server_lock(store) as lock:
        lock.wait_as(server_lock.SERVICE)
        if not lock.take():
            raise _taken("")
        yield lock.still_ours


def _taken(who: str) -> LocalFault:
    return LocalFault(f"another mailproc{who} runs on this store: stop it first")
