"""Answer GET /metrics over HTTP, and nothing else: few clients at a time, each for a bounded time."""

import logging
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, cast

from mailproc.errors import Misconfigured

_log = logging.getLogger(__name__)

PATH = "/metrics"
SECONDS = 10.0
"""For one client, however slowly it speaks."""
CLIENTS = 8
"""At a time. Of more, the one that has been connected longest is cut off: a silent one keeps nobody out."""
ENDING = 2.0
"""Seconds for the question in hand when the service ends."""
LOOK = 0.1
"""Seconds between two looks whether to end."""
Written = Callable[[], tuple[str, bytes]]
"""Gives the type of the content, and the content."""


class MetricsServer:
    """``written`` is called for each question, for one at a time."""

    def __init__(self, host: str, port: int, written: Written) -> None:
        """Begin to listen. Raise Misconfigured where the address cannot be had."""
        try:
            self._server = _Server(host, port, written)
        except OSError as error:
            why = error.strerror or str(error)
            raise Misconfigured(f"cannot listen on {host} port {port}: {why}") from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(LOOK,), name="metrics", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port, also where the system has chosen it."""
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Answer nobody any more."""
        ender = threading.Thread(target=self._server.shutdown, daemon=True)
        ender.start()
        ender.join(ENDING)
        if not ender.is_alive():
            self._server.server_close()


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, written: Written) -> None:
        self.address_family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        self._written = written
        self._writing = threading.Lock()
        self._clients: list[socket.socket] = []
        super().__init__((host, port), _Question)

    def written(self) -> tuple[str, bytes]:
        """Give the figures; one client at a time."""
        with self._writing:
            return self._written()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, if need be in the place of another one."""
        self._clients.append(request)
        if len(self._clients) > CLIENTS:
            with suppress(OSError, IndexError):
                self._clients.pop(0).shutdown(socket.SHUT_RDWR)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the client."""
        with suppress(ValueError):
            self._clients.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  # socketserver's
        """Log a bug. A client that went away or was cut off is no news."""
        level = logging.DEBUG if isinstance(sys.exc_info()[1], OSError) else logging.ERROR
        _log.log(level, "a question for the metrics was not answered", exc_info=True)


class _Question(BaseHTTPRequestHandler):
    timeout = SECONDS

    def setup(self) -> None:
        super().setup()
        self._limit = threading.Timer(SECONDS, self._cut_off)
        self._limit.daemon = True
        self._limit.start()

    def finish(self) -> None:
        self._limit.cancel()
        super().finish()

    def _cut_off(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:  # the name is http.server's
        """Answer with the figures."""
        if self.path.partition("?")[0] != PATH:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        kind, content = cast(_Server, self.server).written()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def version_string(self) -> str:
        """Name no version of Python to whoever asks."""
        return "mailproc"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
        """Log nothing: a question every few seconds is no news, and its words are a stranger's."""
