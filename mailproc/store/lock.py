"""One daemon for each store. The lock dies with its process: a crash leaves none behind."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from mailproc import private
from mailproc.errors import LocalFault, Misconfigured
from mailproc.store.connections import DedicatedConnection
from mailproc.store.db_errors import driver_errors

_DAEMON_LOCK = 0x6D61696C_6461656D  # "maildaem"; advisory locks are per database
_TRY = f"SELECT pg_try_advisory_lock({_DAEMON_LOCK})"


class Locked(Protocol):
    """What the lock needs to know of a store."""

    @property
    def path(self) -> Path | None: ...

    def dedicated_connection(self) -> DedicatedConnection: ...


@contextmanager
def daemon_lock(store: Locked) -> Iterator[Callable[[], bool]]:
    """Hold the store for one daemon. Raise LocalFault if another one holds it, or Misconfigured.

    Yield a function that tells whether the lock is still ours. A file's lock lasts as long as the process. On
    PostgreSQL it is lost with its connection and then taken again, unless another daemon was quicker: then
    the function returns False, and this daemon must stop.
    """
    with _file_lock(store.path) if store.path is not None else _server_lock(store) as still_ours:
        yield still_ours


@contextmanager
def _file_lock(path: Path) -> Iterator[Callable[[], bool]]:
    lock = path.with_name(f"{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, private.FILE)
    except OSError as error:  # left by a daemon that ran as another user
        raise Misconfigured(f"store.url: {lock} cannot be opened: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(f" (process {os.pread(descriptor, 20, 0).decode() or 'unknown'})") from None
        with suppress(OSError):  # a full disk: the number is only shown to the one who is refused
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield lambda: True
    finally:
        os.close(descriptor)  # the file stays: deleting it would let two daemons hold two files


@contextmanager
def _server_lock(store: Locked) -> Iterator[Callable[[], bool]]:
    connection = store.dedicated_connection()

    def still_ours() -> bool:
        nonlocal connection
        try:
            connection.ask("SELECT 1")
            return True
        except driver_errors():
            connection.close()
            connection = store.dedicated_connection()
            return bool(connection.ask(_TRY))

    try:
        if not connection.ask(_TRY):
            raise _taken("")
        yield still_ours
    finally:
        with suppress(*driver_errors()):
            connection.close()


def _taken(who: str) -> LocalFault:
    return LocalFault(f"another mailproc{who} runs on this store: stop it first")
