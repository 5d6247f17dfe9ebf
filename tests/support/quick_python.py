"""Started in Python's place, with ``-m MODULE`` or ``-c CODE``: asks ``forked`` for it, and ends as it ends.

``forking`` writes it into a file of its own, below a first line that starts it and names SOCKET. It imports
next to nothing: that is the point.
"""

import json
import os
import signal
import socket
import sys

SOCKET = ""
HANDED_ON = (signal.SIGTERM, signal.SIGINT)


def main() -> int:
    """The program's exit status, below zero its signal."""
    _, kind, program, *arguments = sys.argv
    named = {"-m": {"module": program, "code": ""}, "-c": {"module": "", "code": program}}[kind]
    asked = named | {"arguments": arguments, "folder": os.getcwd()}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(SOCKET)
        said = json.dumps(asked | {"environment": dict(os.environ)}).encode()
        socket.send_fds(connection, [said], [0, 1, 2])
        number = int(connection.recv(64))
        for wanted in HANDED_ON:
            signal.signal(wanted, lambda wanted, _frame: os.kill(number, wanted))
        return int(connection.recv(64))


if __name__ == "__main__":
    status = main()
    for wanted in HANDED_ON:
        signal.signal(wanted, signal.SIG_DFL)
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)
