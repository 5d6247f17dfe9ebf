"""The daemon, dead at its n-th commit: before it reaches the disk, or after and before anybody is told.

python -m tests.acceptance.doomed CONFIG N before|after
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from mailproc.cli import main


def doom(number: int, when: str) -> None:
    """Let this process be killed at its commit of that number, whichever thread makes it."""
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


if __name__ == "__main__":
    config, number, when = sys.argv[1:]
    doom(int(number), when)
    sys.argv[1:] = ["--config", config, "run"]
    main()
