"""In Python's place where ``python -m MODULE`` is started: asks ``forked`` for it, and ends as it ends.

``forking`` writes it into a file of its own, below a first line that starts it and names SOCKET. It imports
next to nothing: that is the point.
"""

import json
import os
import signal
import socket
import sys

SOCKET = ""


def main() -> int:
    """The program's exit status, below zero its signal."""
    assert sys.argv[1] == "-m", f"no module: {sys.argv[1:]}"
    environment = dict(os.environ)
    asked = {"module": sys.argv[2], "code": "", "arguments": sys.argv[3:], "folder": os.getcwd()}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(SOCKET)
        said = json.dumps(asked | {"environment": environment}).encode()
        socket.send_fds(connection, [said], [0, 1, 2])
        program = int(connection.recv(64))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _frame: os.kill(program, number))
        return int(connection.recv(64))


if __name__ == "__main__":
    status = main()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)
