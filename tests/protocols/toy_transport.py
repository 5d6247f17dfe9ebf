"""A transport and a channel by TCP: four octets of length, the letter, and "OK" once it is kept for good."""

import socket
import socketserver
import threading
from collections.abc import Callable

from mailproc.errors import InDoubt, TryLater
from mailproc.mail.channel import Channel
from mailproc.mail.letter import Envelope
from mailproc.store.inbox import NewLetter
from mailproc.transport.incoming import ChannelHost, Incoming

DOOR, CHANNEL = "pigeon", Channel("pigeon", peer=True, opened_by=__name__)


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


class TcpIn(Incoming):
    """``answers``: False breaks the line instead of saying OK."""

    name = "pigeon"

    def __init__(self, host: ChannelHost) -> None:
        self.keep, self.clock, self.answers = host.keep, host.clock, True

    def start(self) -> tuple[str, int]:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return "127.0.0.1", self._server.server_address[1]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def ask(self, alive: Callable[[], None]) -> None:
        self._server.asked = alive


def incoming(app: ChannelHost) -> Incoming:
    return TcpIn(app)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, channel: TcpIn) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.channel = channel
        self.asked: Callable[[], None] = lambda: None

    def service_actions(self) -> None:
        """In each round of the loop that accepts connections."""
        self.asked()


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        channel = self.server.channel
        raw = self.rfile.read(int.from_bytes(self.rfile.read(4), "big"))
        letter = NewLetter(DOOR, raw, channel.clock(), peer=self.client_address[0])
        try:
            channel.keep([letter]).result(30)
        except TryLater:  # not kept, so not acknowledged
            return
        if channel.answers:
            self.wfile.write(b"OK")
