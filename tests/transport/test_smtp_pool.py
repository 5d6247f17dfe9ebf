"""The kept connections: their end does not wait for a relay that is away."""

import socket
import threading
from collections.abc import Callable
from datetime import datetime

import pytest

from mailproc.config import Deliver
from mailproc.mail.letter import Envelope
from mailproc.transport import smtp_out
from mailproc.transport.smtp_pool import Relays

ENVELOPE = Envelope("ill@library.example", "orders@lender.example")
MOST = 3
SCRIPT = (b"220 relay\r\n", b"250 relay\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 kept\r\n")


class Silent:
    """A relay that takes a letter on each connection, all of them together, and answers no QUIT."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.last: list[bytes] = []
        self._together = threading.Barrier(MOST)
        self._threads = [threading.Thread(target=self._serve) for _ in range(MOST)]
        for thread in self._threads:
            thread.start()

    def _serve(self) -> None:
        line, _ = self._door.accept()
        with line, line.makefile("rb") as heard:
            for number, reply in enumerate(SCRIPT):
                if number == len(SCRIPT) - 1:
                    while heard.readline() != b".\r\n":
                        pass
                    self._together.wait(10)
                elif number:
                    heard.readline()
                line.sendall(reply)
            self.last.append(heard.read())  # until it is closed

    def close(self) -> None:
        for thread in self._threads:
            thread.join(10)
        self._door.close()


def test_after_a_quit_without_reply_the_rest_are_closed(
    clock: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_out, "GOODBYE", 0.1)
    relay = Silent()
    values = {"mode": "smtp", "host": "127.0.0.1", "security": "none", "timeout": 600}
    deliver = Deliver.model_validate(values | {"port": relay.port, "max_connections": MOST})
    relays = Relays(deliver, clock)
    senders = [threading.Thread(target=relays.send, args=(ENVELOPE, b"words")) for _ in range(MOST)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(10)
    relays.close()
    relay.close()
    assert sorted(relay.last) == [b""] * (MOST - 1) + [b"quit\r\n"]
