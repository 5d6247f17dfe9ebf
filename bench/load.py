"""SMTP load on loopback: kept connections in lock-step, each letter answered before the next.

    python -m bench.load PORT CONNECTIONS SECONDS MOST KIND

One thread on epoll, so that the generator is not the limit. KIND is "plain" (letters that say
nothing) or "orders" (one order of one customer in each). Prints a JSON object: ``rate`` (letters
answered 250 a second), ``count``, ``p50`` and ``p99`` (ms from MAIL to 250), ``first`` (the
machine's monotonic clock at the first letter).
"""

import json
import select
import socket
import sys
import time
from collections.abc import Iterator
from itertools import cycle

from bench import letters
from bench.app import LENDERS, LIBRARY, customers

Mail = tuple[str, bytes]
PATIENCE = 20.0


class Client:
    """One connection. ``answered`` takes its next reply and says what to send then."""

    __slots__ = ("_letters", "_step", "begun", "socket", "text", "took")

    def __init__(self, port: int, source: Iterator[Mail], took: list[float]) -> None:
        self._letters = source
        self._step = 0
        self.begun = 0.0
        self.text = b""
        self.took = took
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.expect(b"220")
        self.socket.sendall(b"EHLO load.example\r\n")
        self.expect(b"250")
        self.socket.setblocking(False)

    def expect(self, code: bytes) -> None:
        reply = b""
        while not (reply.endswith(b"\n") and reply.split(b"\r\n")[-2][3:4] == b" "):
            reply += self.socket.recv(4096) or b"gone\r\n"
        if not reply.startswith(code):
            raise SystemExit(f"the listener said {reply!r}")

    def begin(self) -> bool:
        """Say MAIL for the next letter; False where there is none."""
        sender, raw = next(self._letters, ("", b""))
        if not raw:
            return False
        self._step, self.begun, self.text = 0, time.monotonic(), raw.replace(b"\r\n.", b"\r\n..") + b".\r\n"
        self.socket.send(b"MAIL FROM:<%s>\r\n" % sender.encode())
        return True

    def answered(self, reply: bytes) -> bool:
        """False where the connection has no more to say."""
        self._step += 1
        if reply[:1] not in b"23":
            raise SystemExit(f"the listener said {reply!r}")
        if self._step == 1:
            self.socket.send(b"RCPT TO:<%s>\r\n" % LIBRARY.encode())
        elif self._step == 2:
            self.socket.send(b"DATA\r\n")
        elif self._step == 3:
            self.socket.send(self.text)
        else:
            self.took.append(time.monotonic() - self.begun)
            return self.begin()
        return True


def run(port: int, connections: int, source: Iterator[Mail], seconds: float) -> dict[str, float]:
    """Send letters of ``source`` for ``seconds``, or until there are none."""
    poll, took = select.epoll(), list[float]()
    clients = {
        client.socket.fileno(): client for client in (Client(port, source, took) for _ in range(connections))
    }
    for number in clients:
        poll.register(number, select.EPOLLIN)
    first = time.monotonic()
    busy = {number for number, client in clients.items() if client.begin()}
    while busy and time.monotonic() - first < seconds:
        for number, _ in poll.poll(1.0):
            reply = clients[number].socket.recv(4096)
            if reply.endswith(b"\n") and not clients[number].answered(reply):
                busy.discard(number)
    lasted = time.monotonic() - first
    for client in clients.values():
        client.socket.close()
    took.sort()
    return {
        "rate": len(took) / lasted,
        "count": len(took),
        "p50": _at(took, 0.5),
        "p99": _at(took, 0.99),
        "first": first,
    }


def _at(took: list[float], share: float) -> float:
    return took[min(len(took) - 1, int(len(took) * share))] * 1000 if took else 0.0


def _source(kind: str, most: int) -> Iterator[Mail]:
    return plain(most) if kind == "plain" else orders(most)


def plain(most: int) -> Iterator[Mail]:
    """Letters that differ in one number: the generator must cost less than what it measures."""
    sender = LENDERS["XX-BL"]
    before, after = letters.plain(77777, sender).split(b"Letter 77777")
    for number in range(most):
        yield sender, b"%sLetter %d%s" % (before, number, after)


def orders(most: int) -> Iterator[Mail]:
    for number, customer in zip(range(most), cycle(customers()), strict=False):
        yield customer.address, letters.order_file(customer, [f"C{number}"])


if __name__ == "__main__":
    port, connections, seconds, most, kind = sys.argv[1:]
    print(json.dumps(run(int(port), int(connections), _source(kind, int(most)), float(seconds))))
