"""A transport and a channel by TCP: four octets of length, the letter, and "OK" once it is kept for good."""

import socket
import socketserver
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime

from mailproc.errors import InDoubt, TryLater
from mailproc.mail.channel import Channel
from mailproc.mail.letter import Envelope
from mailproc.store.inbox import NewLetter, StoredLetter

DOOR, CHANNEL = "tcp", Channel("tcp", peer=True)


class TcpOut:
    """``port``: of the other end, for all partners."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port

    def send(self, envelope: Envelope, raw: bytes, name: str) -> str:  # noqa: ARG002
        try:
            line = socket.create_connection(("127.0.0.1", self._port()), timeout=10)
        except OSError as error:
            raise TryLater(f"nobody answers: {error}") from None
        with line:
            try:
                line.sendall(len(raw).to_bytes(4, "big") + raw)
                answer = line.recv(2)
            except OSError as error:
                raise InDoubt(f"the line broke: {error}") from None
        if answer != b"OK":
            raise InDoubt("the line broke before the answer")
        return "OK"

    def close(self) -> None:
        """Each letter has a connection of its own."""


class TcpIn(socketserver.ThreadingTCPServer):
    """``keep`` as the SMTP listener's; ``answers``: False breaks the line instead of saying OK."""

    daemon_threads = True

    def __init__(
        self,
        keep: Callable[[Sequence[NewLetter]], "Future[list[StoredLetter]]"],
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.keep, self.clock, self.answers = keep, clock, True
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    server: TcpIn

    def handle(self) -> None:
        raw = self.rfile.read(int.from_bytes(self.rfile.read(4), "big"))
        letter = NewLetter(DOOR, raw, self.server.clock(), peer=self.client_address[0])
        try:
            self.server.keep([letter]).result(30)
        except TryLater:  # not kept, so not acknowledged
            return
        if self.server.answers:
            self.wfile.write(b"OK")
