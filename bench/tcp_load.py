"""APDUs on loopback: each connection brings one, ends its side, and waits for the end of the other.

    python -m bench.tcp_load PORT CONNECTIONS SECONDS

A message has no answer; the end of the port's side says that it is kept. One connection for each message is
what systems do, as far as that is known. One thread on epoll, so that the generator is not the limit.
Prints a JSON object: ``rate`` (messages a second), ``count``.
"""

import json
import select
import socket
import sys
import time
from itertools import count

EACH = 1
"""Messages on one connection."""
SIZE = 240  # octets of content, as of a usual message
PATIENCE = 20.0

_numbers = count()


def _messages() -> bytes:
    """Some that differ in one number: the generator must cost less than what it measures."""
    head = b"\x61\x81" + bytes([SIZE]) + b"\x04\x81" + bytes([SIZE - 3])
    return b"".join(head + b"%0*d" % (SIZE - 3, next(_numbers)) for _ in range(EACH))


def _begun(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    line.sendall(_messages())
    line.shutdown(socket.SHUT_WR)
    return line


def run(port: int, connections: int, seconds: float) -> dict[str, float]:
    poll, kept = select.epoll(), 0
    first = time.monotonic()
    lines: dict[int, socket.socket] = {}

    def begin() -> None:
        line = _begun(port)
        lines[line.fileno()] = line
        poll.register(line.fileno(), select.EPOLLIN)

    for _ in range(connections):
        begin()
    while time.monotonic() - first < seconds:
        for number, _ in poll.poll(1.0):
            with lines.pop(number) as line:
                if line.recv(4096):
                    raise SystemExit("the port has answered")
                poll.unregister(number)
            kept += EACH
            begin()
    lasted = time.monotonic() - first
    return {"rate": kept / lasted, "count": kept}


if __name__ == "__main__":
    port, connections, seconds = sys.argv[1:]
    print(json.dumps(run(int(port), int(connections), float(seconds))))
