"""Run the scheduled jobs: poll mailboxes, fire due timers, mail the digest, archive letters, and others."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from mailproc.app import archive_place, document_place, privacy, schedule
from mailproc.app.build import App
from mailproc.errors import MailprocError, StoreLost
from mailproc.office.catalogues import new_requests
from mailproc.office.mailroom import digest_mail
from mailproc.office.upkeep import backup
from mailproc.office.upkeep.backup import last_backup
from mailproc.sentence import sentence
from mailproc.store.engine import Store
from mailproc.transport.incoming import PolledPlace

_log = logging.getLogger(__name__)

SOON_EXAMINED = 500_000_000
"""Octets of a store that is examined before the service is ready (2 s); a larger one is while it runs."""


def is_soon_examined(store: Store) -> bool:
    return store.path is not None and store.path.stat().st_size <= SOON_EXAMINED


class Jobs:
    """The jobs of one running service. ``look`` is called with each of ``polls``; it and ``sweep`` are called
    in threads of the scheduler."""

    def __init__(
        self,
        app: App,
        polls: Sequence[PolledPlace],
        look: Callable[[PolledPlace], None],
        sweep: Callable[[], None],
    ) -> None:
        self._app = app
        self._polls = polls
        self._look = look
        self._sweep = sweep
        self._scheduler = BackgroundScheduler(timezone=app.context.zone, executors={"default": _DaemonPool()})
        self._scheduler.add_listener(_job_failed, EVENT_JOB_ERROR | EVENT_JOB_MISSED)

    def start(self, stack: ExitStack) -> None:
        """Begin; ended by ``stack``."""
        self._plan(at_start=True)
        self._scheduler.start()
        stack.callback(self._scheduler.shutdown, wait=False)

    def clock_was_set(self) -> None:
        """Count again from the present time: a job that was to run at 8 is else a year away after the clock
        was set back by one."""
        self._plan(at_start=False)
        self._scheduler.wakeup()

    def next_runs(self) -> dict[str, datetime]:
        """Say when each job runs next, by its name."""
        runs = {job.id: getattr(job, "next_run_time", None) for job in self._scheduler.get_jobs()}
        return {name: at for name, at in runs.items() if at is not None}

    def _plan(self, *, at_start: bool) -> None:
        now, planned = self._app.context.clock(), self._app.config.schedule
        for poll in self._polls:
            # Looked at at once; so is what fell due while the service was down.
            self._add(poll.name, poll.when, self._look, poll, first=now)
        self._add("sweep", planned.sweep, self._sweep, first=now)
        self._add("documents", planned.documents, self._documents, first=now if at_start else None)
        self._add("archive", planned.archive, self._archive, first=now if at_start else None)
        self._add("purge", planned.purge, self._purge, first=now if at_start else None)
        if self._app.config.catalogue:
            self._add("catalogues", planned.catalogues, self._catalogues, first=now if at_start else None)
        if planned.backup:
            last = min(last_backup(self._app.store) or now, now)  # as of the digest
            due = self._trigger(planned.backup).get_next_fire_time(last, last)
            self._add("backup", planned.backup, self._backup, first=max(due, now) if due else None)
        soon = not at_start or is_soon_examined(self._app.store)
        self._add("examine", schedule.EXAMINED, self._examine, first=None if soon else now)
        if planned.digest:
            # Counted from the last one, so that days down are caught up by one letter.
            last = min(digest_mail.last_sent(self._app.store) or now, now)
            due = self._trigger(planned.digest).get_next_fire_time(last, last)
            self._add("digest", planned.digest, self._digest, first=max(due, now) if due else None)

    def _add(
        self, name: str, when: str, job: Callable[..., Any], *given: Any, first: datetime | None
    ) -> None:
        self._scheduler.add_job(
            _said,
            self._trigger(when),
            args=(name, job, *given),
            id=name,
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
            **({"next_run_time": first} if first else {}),
        )

    def _digest(self) -> None:
        digest_mail.send(self._app.store, self._app.context)

    def _documents(self) -> None:
        document_place.purge(self._app.store, self._app.context)

    def _archive(self) -> None:
        archive_place.upkeep(self._app.store, self._app.context)

    def _purge(self) -> None:
        privacy.upkeep(self._app.store, self._app.context)

    def _catalogues(self) -> None:
        new_requests.look_up(self._app.store, self._app.context)

    def _backup(self) -> None:
        try:
            made = backup.scheduled(self._app.store, self._app.context)
        except MailprocError as error:
            _log.error("no backup was made: %s", error)
            return
        for fault in made.faults:
            _log.error("%s", fault)
        if made.left_alone:
            _log.warning("%s", sentence("backup-left-alone", files=", ".join(made.left_alone)))

    def _examine(self) -> None:
        """Find a damaged page before the last good copy is deleted. The watchdog asks the store, and ends
        the service."""
        try:
            self._app.store.examine()
        except StoreLost:
            _log.debug("the store keeps what was found")

    def _trigger(self, text: str) -> Any:
        return schedule.trigger(text, self._app.context.zone)


def _said(name: str, job: Callable[..., Any], *given: Any) -> None:
    """Run the job. What the store or the disk refuses is a sentence of the log; it runs again in its time."""
    try:
        job(*given)
    except MailprocError as error:
        _log.error("the job %s was not done: %s", name, error)


def _job_failed(event: JobExecutionEvent) -> None:
    _log.error("the job %s failed or was missed", event.job_id, exc_info=event.exception)


P = ParamSpec("P")
T = TypeVar("T")


class _DaemonPool(BasePoolExecutor):  # type: ignore[misc]  # APScheduler has no types
    """Runs each job in a thread that does not outlive the service.

    Python waits at its end for APScheduler's own pool, so one mailbox that hangs would hold up the
    end for its whole timeout. A look may be broken off anywhere: what it has committed is kept, the
    rest is read again.
    """

    def __init__(self) -> None:
        super().__init__(_DaemonThreads())


class _DaemonThreads(Executor):
    """A new daemon thread for each call. Nothing waits for them, so ``shutdown`` does nothing."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work(*args, **kwargs))
            except BaseException as error:  # the scheduler must hear of it
                future.set_exception(error)

        name = getattr(args[0], "id", None) if args else None  # the job's: the watchdog names threads
        threading.Thread(target=run, name=name, daemon=True).start()
        return future
