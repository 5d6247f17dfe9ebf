"""The one writer: a thread that owns the daemon's only write connection.

Group commit without a window: while one COMMIT waits for the disk, jobs queue up; all of them go into the
next COMMIT together, each in a SAVEPOINT, and none waits for more to come. A job's future resolves after the
COMMIT, so what it reports is durable.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from mailproc import log, slow_work
from mailproc.errors import StoreLost, TryLater
from mailproc.store import taken_numbers
from mailproc.store.connections import keep_savepoints_in_memory, name_writer
from mailproc.store.counters_file import CountersFile
from mailproc.store.db_errors import driver_errors, try_later
from mailproc.store.pipeline import pipeline_of, send_writes
from mailproc.store.savepoint import savepoint
from mailproc.store.store_guard import Guard

T = TypeVar("T")
Job = Callable[[Connection], T]
Waiting = tuple[Job[Any], "Future[Any]"]

QUEUE_SIZE = 1000
GROUP_SIZE = 500
CLOSING = 60.0
"""Seconds that ``close`` waits: two waits for a lock (connections.BUSY_SECONDS)."""
_log = logging.getLogger(__name__)


class Writer:
    """Takes jobs from any thread and commits them in groups.

    ``begun_at`` (monotonic) is since when a group is being committed, None if there is none. ``on_commit`` is
    called after a COMMIT that changed something, and when the store is lost. It is not called after one
    without a change: a station that it wakes would otherwise wake itself for ever.
    """

    def __init__(
        self,
        engine: Engine,
        guard: Guard,
        on_commit: Callable[[], None] | None = None,
        counters: CountersFile | None = None,
    ) -> None:
        self._engine = engine
        self._guard = guard
        self._counters = counters
        self.begun_at: float | None = None
        self._on_commit = on_commit
        self._queue: Queue[Waiting | None] = Queue(QUEUE_SIZE)
        self._closing = threading.Lock()
        self._closed = False
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="mailproc-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> "Future[T]":
        """Queue a job. Raise TryLater at once if the queue is full or the writer has stopped."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise TryLater("the store is closing")
            try:
                self._queue.put_nowait((log.about_the_same(job), future))
            except Full:
                raise TryLater("the store has more work waiting than it takes") from None
        return future

    def is_current_thread(self) -> bool:
        """Return whether this is inside a job, where waiting for another job would never end."""
        return threading.current_thread() is self._thread

    def close(self) -> None:
        """Commit what is queued, then end. No further job is accepted."""
        with self._closing:
            closed, self._closed = self._closed, True
        with suppress(Full):
            if not closed:
                self._queue.put(None, timeout=CLOSING)
            self._thread.join(CLOSING)
        if self._thread.is_alive():
            _log.error("the writer of the store hangs; the service ends without it")

    def _run(self) -> None:
        ending = False
        while not ending:
            group, ending = self._gather()
            # A future that was cancelled while it waited is nobody's: its job is not run.
            group = [(job, future) for job, future in group if future.set_running_or_notify_cancel()]
            if group:
                self.begun_at = time.monotonic()
                self._commit(group)
                self.begun_at = None
        self._drop()

    def _gather(self) -> tuple[list[Waiting], bool]:
        """Wait for one job and take the others that are there; the flag says that the end was among them."""
        group: list[Waiting] = []
        item = self._queue.get()
        while item is not None:
            group.append(item)
            if len(group) == GROUP_SIZE:
                return group, False
            try:
                item = self._queue.get_nowait()
            except Empty:
                return group, False
        return group, True

    def _commit(self, group: list[Waiting]) -> None:
        try:
            self._guard.after()  # no work begins in a store that is lost
            connection = self._begin()
            before, changed = _changes_so_far(connection), False
            taken = taken_numbers.of(connection)
            results = _attempts(connection, [job for job, _ in group])
            if connection.in_transaction():
                changed = _has_changed(connection, before, results)
                self._guard.before(_driver(connection))
                connection.commit()
            self._drop_if_failed(connection)
            self._guard.after()  # before any caller is told that it is durable
            if taken is not None:
                taken.end()
        except BaseException as error:  # the thread must live on, and all callers must get an answer
            cause = self._cause(error)
            self._drop()
            self._fail(group, cause)
            return
        for (_, future), result in zip(group, results, strict=True):
            _answer(future, result)
        if changed:
            self._wake()

    def _cause(self, error: BaseException) -> BaseException:
        """Return StoreLost if the store is lost, which shows in many errors (I/O, a lock)."""
        try:
            self._guard.after()
        except StoreLost as lost:
            return lost
        return error

    def _begin(self) -> Connection:
        """Begin a transaction on the kept connection, or on a new one if that was lost."""
        kept = self._connection
        try:
            return self._open()
        except driver_errors():
            lost = kept is not None and (kept.invalidated or getattr(_driver(kept), "closed", False))
            self._drop()
            if lost:
                return self._open()
            raise

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
            keep_savepoints_in_memory(self._connection)
            name_writer(self._connection)
            self._guard.writing(True)
        self._connection.begin()
        taken_numbers.begin(self._connection, self._counters)
        return self._connection

    def _drop(self) -> None:
        """Close the connection: after a failure its state is unknown."""
        self._guard.writing(False)
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.invalidate()
            with suppress(Exception):
                connection.close()

    def _drop_if_failed(self, connection: Connection) -> None:
        pipeline = pipeline_of(connection)
        if pipeline is not None and pipeline.failed:
            self._drop()

    def _fail(self, group: list[Waiting], error: BaseException) -> None:
        answer = try_later(error)
        if answer is None:
            _log.error("a commit failed because of a bug", exc_info=error)
            answer = TryLater("the store could not commit")
        elif isinstance(answer, StoreLost):
            self._guard.lost = self._guard.lost or answer
            self._wake()  # all stations see it at once
        else:
            _log.warning("%d jobs were not committed: %s", len(group), answer)
        for _, future in group:
            future.set_exception(answer)

    def _wake(self) -> None:
        if self._on_commit is None:
            return
        try:
            self._on_commit()
        except Exception:  # a failed hint must not fail what is committed
            _log.exception("the wake-up after a commit failed")


class _Failed:
    """``undone``: how many rows it had changed (``_changes_so_far``)."""

    def __init__(self, error: BaseException, undone: int = 0) -> None:
        self.error = error
        self.undone = undone


def _attempts(connection: Connection, jobs: Sequence[Job[Any]]) -> list[Any]:
    """Return the result of each.

    A job that has the commit for itself needs no savepoint, which would have each page that it changes
    copied. If it fails, the transaction is over.
    """
    if len(jobs) > 1:
        return [_attempt(connection, job) for job in jobs]
    try:
        with slow_work.writing():
            result = jobs[0](connection)
        send_writes(connection)
        return [result]
    except BaseException as error:
        if try_later(error) is not None:
            raise
        connection.rollback()
        taken_numbers.forget(connection)
        return [_Failed(error)]


def _attempt(connection: Connection, job: Job[Any]) -> Any:
    """Return the job's result, or its error with its own changes undone.

    Raise only what breaks the whole group: errors of the store itself, or a transaction that the database has
    already rolled back together with the other jobs' work.
    """
    before = _changes_so_far(connection)
    try:
        with savepoint(connection), slow_work.writing():
            return job(connection)
    except BaseException as error:  # a job's future gets every error
        if try_later(error) is not None:
            raise
        return _Failed(error, _changes_so_far(connection) - before)


def _answer(future: "Future[Any]", result: Any) -> None:
    if isinstance(result, _Failed):
        future.set_exception(result.error)
    else:
        future.set_result(result)


def _changes_so_far(connection: Connection) -> int:
    """Return how many rows SQLite has changed, those included that were undone; PostgreSQL is not asked."""
    if pipeline_of(connection) is not None:
        return 0
    changes: int = _driver(connection).total_changes
    return changes


def _has_changed(connection: Connection, before: int, results: Sequence[Any]) -> bool:
    """Return whether the commit changes something. PostgreSQL does not say whose change it is: where a job
    failed beside others, it counts."""
    failed = [one for one in results if isinstance(one, _Failed)]
    pipeline = pipeline_of(connection)
    if pipeline is None:
        return _changes_so_far(connection) - before != sum(one.undone for one in failed)
    if len(failed) == len(results):
        return False
    asked = pipeline.ask("SELECT pg_current_xact_id_if_assigned()::text", ())
    return asked.fetchone()[0] is not None


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
