"""Stand by while another service has the store (PostgreSQL), and take over when it is gone.

Three things let this one begin: the other ended or was killed (its lock goes with its connection); the server
no longer reaches its machine, and has ended that connection; or it has not recorded itself for
``store.take_over_after`` seconds, and this one ends its connection. The last may meet a service that is alive
and only slow: it then finds that its term is over (store_guard.py).
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailproc.app import places
from mailproc.app.build import App
from mailproc.app.signals import Asked
from mailproc.errors import StoreLost, TryLater
from mailproc.store import server_lock, service_record
from mailproc.store.lock import daemon_lock
from mailproc.store.server_lock import Holder, ServerLock
from mailproc.transport import systemd

_log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two tries."""
PLACES = 10.0
"""Seconds between two looks at what lies beside the store."""


@contextmanager
def store_lock(app: App, asked: Asked) -> Iterator[Callable[[], bool] | None]:
    """Hold the store for this service; give None if it was asked to end before it got it.

    On SQLite as ``daemon_lock``. On PostgreSQL wait while another service has it. Raise as ``daemon_lock``.
    """
    if app.store.path is not None:
        with daemon_lock(app.store) as still_ours:
            yield still_ours
        return
    with server_lock.server_lock(app.store) as lock:
        lock.wait_as(server_lock.STANDBY)
        taken = lock.take() or Standby(app, lock).wait(asked)
        if taken:
            lock.wait_as(server_lock.SERVICE)
        yield lock.still_ours if taken else None


class Standby:
    """This service while it waits."""

    def __init__(self, app: App, lock: ServerLock) -> None:
        self._app, self._lock = app, lock
        self._told = ""
        self._looked: float | None = None
        self._ready = True

    def wait(self, asked: Asked) -> bool:
        """Return True once the lock is taken, False if the service is asked to end before."""
        systemd.tell("READY=1")
        begun = time.monotonic()
        while True:
            systemd.tell("WATCHDOG=1")
            if self._takes():
                _log.warning("standby: this service takes over, after %.0f s", time.monotonic() - begun)
                return True
            if asked.wait(LOOK):
                return False

    def _takes(self) -> bool:
        try:
            if not self._is_ready():
                return False
            if self._lock.take():
                return True
            self._look_at_holder()
        except StoreLost:  # dropped, or damaged: waiting does not help
            raise
        except TryLater as error:
            self._tell(f"the store cannot be asked: {error}")
        return False

    def _is_ready(self) -> bool:
        """Return whether this machine reaches all that the service needs; all see whether it does."""
        if self._looked is None or time.monotonic() - self._looked > PLACES:
            why = places.others(self._app.context, self._app.store)
            self._looked, self._ready = time.monotonic(), not why
            self._lock.wait_as(server_lock.STANDBY if self._ready else server_lock.UNREADY)
            if why:
                self._tell(f"this machine CANNOT TAKE OVER: {'; '.join(why)}")
        return self._ready

    def _look_at_holder(self) -> None:
        """Say who has the store; end its connection if it has been silent for too long."""
        with self._app.store.read() as connection:
            holder = server_lock.holder(connection)
            record, silence = service_record.recorded(connection), service_record.silence(connection)
        if holder is None:  # it went just now
            return
        self._tell(f"{_shown(holder)} has the store: this one waits, and takes over when it is gone")
        bound = self._app.config.store.take_over_after
        if not bound or record is None or record.once or silence is None:
            return
        if (
            holder.is_(record.process, record.host)
            and record.ended_at is None
            and silence.total_seconds() > bound
        ):
            self._end_frozen(holder, silence.total_seconds())

    def _end_frozen(self, holder: Holder, silence: float) -> None:
        _log.critical(
            "standby: %s has been silent for %.0f s: its connections are ended", _shown(holder), silence
        )
        with self._app.store.read() as connection:
            if not server_lock.end(connection, holder):
                _log.error("standby: PostgreSQL did not end the connections of %s", _shown(holder))

    def _tell(self, words: str) -> None:
        if words != self._told:
            _log.info("standby: %s", words)
            systemd.tell(f"STATUS=standby: {words}")
        self._told = words


def _shown(holder: Holder) -> str:
    return f"the service with process {holder.process} on {holder.host}" if holder.host else "another service"
