"""Daemons that start in a moment, each of which may be dead at its n-th commit.

    python -m tests.acceptance.doomed

A process that has everything imported and forks for each line that it reads, so that a thousand deaths
cost no thousand starts of Python. A line is JSON: {"config", "log", "number", "when"}; the answer is the
daemon's process number. It dies at the commit of that ``number`` (0: it does not), ``when`` "before" it
reaches the disk, or "after" and before anybody is told.
"""

import json
import os
import signal
import sys
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

import mailproc.app.daemon
import mailproc.cli.service
import mailproc.notices.catalogue
import mailproc.protocols.artemail.write.contracts
import mailproc.protocols.registry
import mailproc.templating.environment  # noqa: F401  # these are imported for their time alone
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


def become_daemon(config: str, log: str, number: int, when: str) -> None:
    """In the child: the service, its output in ``log``."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if number:
        doom(number, when)
    sys.argv[1:] = ["--config", config, "run"]
    main()


def serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended: the kernel buries them
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            become_daemon(**asked)
            os._exit(0)
        print(child, flush=True)  # noqa: T201  # the answer


if __name__ == "__main__":
    serve()
