"""A receiver of hooks on a loopback port: real HTTP, and it misbehaves as it is told."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Answer = int | Callable[[BaseHTTPRequestHandler], None]
"""A status, or a function that writes to the socket what it likes."""


@dataclass(frozen=True)
class Heard:
    """A POST: its headers by their names in lower case, and its octets."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    @property
    def event(self) -> str:
        return str(self.told["event"])


class HookReceiver:
    """``heard``: what came, in order. ``answers``: to the next requests; then ``usual``."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[Answer] = []
        self.usual: Answer = 200
        self.released = threading.Event()  # what hangs goes on
        self._arrival = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer._post(self)

            def do_GET(self) -> None:  # whoever follows a redirect is heard too
                outer._post(self)

            def log_message(self, *_said: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/told"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def events(self) -> list[str]:
        return [one.event for one in self.heard]

    def wait_for(self, many: int, seconds: float = 30) -> None:
        """Until so many calls have come."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.heard) >= many, seconds), self.events

    def _post(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._arrival:
            self.heard.append(Heard(handler.path, headers, body))
            answer = self.answers.pop(0) if self.answers else self.usual
            self._arrival.notify_all()
        if isinstance(answer, int):
            status(answer)(handler)
        else:
            answer(handler)


def status(code: int, content: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def closes(handler: BaseHTTPRequestHandler) -> None:
    """End the line without a word."""
    handler.close_connection = True
    handler.connection.close()


def floods(handler: BaseHTTPRequestHandler) -> None:
    """Answer with 10 MB."""
    handler.close_connection = True
    try:
        status(200, b"x" * 10_000_000)(handler)
    except OSError:
        return  # nobody reads so much


def hangs(receiver: HookReceiver) -> Callable[[BaseHTTPRequestHandler], None]:
    """Say nothing until the test ends."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        receiver.released.wait(60)

    return answer
