"""Daemons each of which is dead at its n-th commit, whichever thread makes it."""

import os
import signal
from typing import Any

from sqlalchemy.engine.default import DefaultDialect


def code(number: int, when: str) -> str:
    """For the process that becomes the daemon. ``when``: "before" the commit reaches the disk, or "after" and
    before anybody is told."""
    return f"from tests.acceptance.doomed import doom; doom({number}, {when!r})"


def doom(number: int, when: str) -> None:
    """Let this process be killed at its commit of that number."""
    real = DefaultDialect.do_commit
    left = number

    def do_commit(self: DefaultDialect, dbapi_connection: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        real(self, dbapi_connection)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
