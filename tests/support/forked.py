"""Programs that start in a moment: a process that has imported mailproc, and forks for each one asked for.

    python -m tests.support.forked SOCKET PYTHON

Each connection to the Unix socket asks for one: JSON of {"module", "code", "arguments", "folder",
"environment"}, and the descriptors of its input, output and errors. The program's process number is answered
at once, its exit status when it has ended. It ends as Python ends: threads, ``atexit`` and all; and it is
killed when whoever asked for it has gone. What it starts with ``sys.executable`` is ``PYTHON``.
"""

import io
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
from importlib import import_module
from typing import Any

from tests.support import warmth

IMPORTED = (
    "alembic.context",
    "mailproc.app.daemon",
    "mailproc.app.one_run",
    "mailproc.app.delivery",
    "mailproc.app.refetch",
    "mailproc.app.smtp_listener",
    "mailproc.cli.service",
    "mailproc.notices.catalogue",
    "mailproc.practice.world",
    "mailproc.protocols.artemail.write.contracts",
    "mailproc.protocols.registry",
    "mailproc.templating.environment",
    "pymap.main",
)
"""All that takes long to import, and that the programs import when they need it."""

LONGEST = 1_000_000


def serve(path: str) -> dict[str, Any]:
    """Returns in each child, with what was asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen(64)
        while True:
            connection, _ = listener.accept()
            with connection:
                said, streams, _, _ = socket.recv_fds(connection, LONGEST, 3)
                if not said:
                    sys.exit()
                if os.fork() == 0 and _kept(connection, streams):
                    break
                for stream in streams:
                    os.close(stream)
    return dict(json.loads(said))


def _kept(connection: socket.socket, streams: list[int]) -> bool:
    """True in the program; its keeper ends here, when the program has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    program = os.fork()
    if program == 0:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        return True
    for stream in streams:
        os.close(stream)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    connection.send(str(program).encode())
    ended = os.pidfd_open(program)
    if ended not in select.select([ended, connection.fileno()], [], [])[0]:
        os.kill(program, signal.SIGKILL)
    _, status = os.waitpid(program, 0)
    connection.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def become(module: str, code: str, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """``python -m module`` with these arguments, in that folder, after ``code``; without a module,
    ``python -c code``."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started us behind it
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    charset = environment.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False), charset)
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(os.fdopen(stream, "wb", 0, closefd=False), charset, errors, write_through=True)
        for stream, errors in ((1, "strict"), (2, "backslashreplace"))
    )
    sys.argv[:] = [module or "-c", *arguments]
    exec(code, {"__name__": "__main__"})  # noqa: S102  # a text of the tests
    if not module:
        return
    if not hasattr(sys.modules.get(module), "__path__"):
        sys.modules.pop(module, None)  # it is imported already, as another than __main__
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    sys.executable = sys.argv[2]
    for name in IMPORTED:
        import_module(name)
    warmth.bring()
    become(**serve(sys.argv[1]))
