"""The threads in which the scheduler runs its jobs."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

from apscheduler.executors.pool import BasePoolExecutor

P = ParamSpec("P")
T = TypeVar("T")


class LookThreads(BasePoolExecutor):  # type: ignore[misc]  # APScheduler has no types
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
