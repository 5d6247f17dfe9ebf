"""Where the scheduler's looks into the mailboxes run."""

import threading
from datetime import datetime
from typing import Any

from apscheduler.executors.base import BaseExecutor, run_job


class LookThreads(BaseExecutor):  # type: ignore[misc]  # APScheduler has no types
    """A thread for each look, which does not outlive the service.

    APScheduler's own pool is waited for when Python ends, so one mailbox that hangs would hold up
    the end for its whole timeout. A look may be broken off anywhere: what it had committed is
    kept, the rest is read again.
    """

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        threading.Thread(target=self._look, args=(job, run_times), name=job.id, daemon=True).start()

    def _look(self, job: Any, run_times: list[datetime]) -> None:
        try:
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
        except BaseException as error:  # as APScheduler's own executors: the scheduler must hear of it
            self._run_job_error(job.id, error, error.__traceback__)
        else:
            self._run_job_success(job.id, events)
