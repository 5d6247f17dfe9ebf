"""Programs that start in a moment: a process that has imported mailproc, and forks for each one asked for.

    python -m tests.support.forked SOCKET

Each connection to the Unix socket asks for one: JSON of {"code", "arguments", "folder", "environment"}, and
the descriptor of its output. The program's process number is answered at once, its exit status when it has
ended, a line each. It ends as Python ends: threads, ``atexit`` and all.
"""

import io
import json
import os
import signal
import socket
import sys
import time
from typing import Any

import mailproc.app.daemon
import mailproc.app.delivery
import mailproc.app.refetch
import mailproc.app.smtp_listener
import mailproc.cli.service
import mailproc.notices.catalogue
import mailproc.protocols.artemail.write.contracts
import mailproc.protocols.registry
import mailproc.templating.environment  # noqa: F401  # these are imported for their time alone
from mailproc.cli import main

LONGEST = 1_000_000


def serve(path: str) -> dict[str, Any]:
    """Returns in each child, with what was asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen(16)
        while True:
            connection, _ = listener.accept()
            with connection:
                said, (output,), _, _ = socket.recv_fds(connection, LONGEST, 1)
                if not said:
                    sys.exit()
                if os.fork() == 0 and _kept(connection, output):
                    break
                os.close(output)
    return dict(json.loads(said))


def _kept(connection: socket.socket, output: int) -> bool:
    """True in the program; its keeper ends here, when the program has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    program = os.fork()
    if program == 0:
        for stream in (1, 2):
            os.dup2(output, stream)
        os.close(output)
        return True
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.close(output)
    connection.send(str(program).encode())
    _, status = os.waitpid(program, 0)
    connection.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def become(code: str, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """``python -c "code; main()"`` with these arguments, in that folder."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(os.fdopen(stream, "wb", 0, closefd=False), write_through=True) for stream in (1, 2)
    )
    sys.argv[:] = ["mailproc", *arguments]
    exec(code, {"__name__": "__main__"})  # noqa: S102  # a text of the tests
    main()


if __name__ == "__main__":
    become(**serve(sys.argv[1]))
