"""The sockets of the practice world's Aleph: one message for each connection, whose end is the message's.

They share no line with mailproc's own door and sender.
"""

import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

from mailproc.errors import LocalFault
from mailproc.practice.supplier import Answer, Tell

LARGEST = 1_048_576
"""Octets of a message."""
_PATIENCE = 10.0  # seconds
_PAUSE = 2.0  # seconds before a message that nobody took is offered again


@dataclass(frozen=True)
class Called:
    """The octets of one connection, as they came."""

    octets: bytes


class TcpPort:
    """A server on 127.0.0.1. ``port`` 0 takes a free one. ``hear`` is called in threads of its own."""

    def __init__(self, hear: Callable[[Called], None], port: int = 0) -> None:
        self._hear = hear
        self._wanted = port

    def start(self) -> int:
        """Listen; return the bound port. Raise LocalFault where the wanted one is taken."""
        hear = self._hear

        class Session(StreamRequestHandler):
            timeout = _PATIENCE

            def handle(self) -> None:
                hear(Called(self.rfile.read(LARGEST)))

        class Server(ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        try:
            self._server = Server(("127.0.0.1", self._wanted), Session)
        except OSError as error:
            raise LocalFault(f"The Aleph cannot have port {self._wanted}: {error.strerror}.") from None
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class TcpLine:
    """Brings bare messages to our TCP port, in their order. ``listener`` may become known later."""

    def __init__(self, tell: Tell, listener: tuple[str, int] | None = None) -> None:
        self.listener = listener
        self._tell = tell
        self._waiting: deque[Answer] = deque()
        self._not_before = 0.0

    def carry(self, answer: Answer) -> None:
        self._waiting.append(answer)
        self._not_before = 0.0
        self.hand_over()

    def hand_over(self) -> None:
        """Offer what waits, in order; the first that must wait keeps the rest waiting."""
        while self._waiting and time.monotonic() >= self._not_before:
            answer = self._waiting[0]
            try:
                self._call(answer.raw)
            except OSError as error:
                self._not_before = time.monotonic() + _PAUSE
                self._tell("waits", by="tcp", subject=answer.subject, text=str(error))
                return
            self._waiting.popleft()
            self._tell("sent", by="tcp", sender=answer.sender, subject=answer.subject, kind=answer.kind)

    def _call(self, octets: bytes) -> None:
        """Raise OSError where it was not taken: a reset says so, the end of the other side that it was."""
        if self.listener is None:
            raise ConnectionRefusedError("our port is not known")
        with socket.create_connection(self.listener, timeout=_PATIENCE) as line:
            line.sendall(octets)
            line.shutdown(socket.SHUT_WR)
            while line.recv(LARGEST):
                pass
