"""The HTTP server of the practice world: its catalogues, the library system that hooks tell, and its hub."""

import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mailproc.errors import LocalFault
from mailproc.practice import catalogue, hub, library_system
from mailproc.practice.hub import PractisingHub
from mailproc.practice.library_system import LibrarySystem

LARGEST = 1_000_000
"""Octets of a call that are read."""
AT_ONCE = 20
"""Calls in hand; of more the connection is closed unread."""
_OURS = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?", re.IGNORECASE)
_BROWSERS = ("Origin", "Sec-Fetch-Site")
"""What browsers say, and neither a hub nor a library system: any page might call this machine."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._free = threading.Semaphore(AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, if one is free."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give the thread back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class WebServer:
    """On 127.0.0.1, each request in a thread of its own. ``port`` 0 takes a free one."""

    def __init__(self, told: LibrarySystem, hub: PractisingHub, port: int = 0) -> None:
        self._told, self._hub = told, hub
        self._wanted = port

    def start(self) -> int:
        """Return the bound port. Raise LocalFault where the wanted one is taken."""
        told, asked = self._told, self._hub

        class Handler(_Handler):
            library_system = told
            hub = asked

        try:
            self._server = _Server(("127.0.0.1", self._wanted), Handler)
        except OSError as error:
            raise LocalFault(
                f"The practice catalogues cannot have port {self._wanted}: {error.strerror}."
            ) from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="web", daemon=True
        )
        self._thread.start()
        return self._server.server_port

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    library_system: LibrarySystem
    hub: PractisingHub
    timeout = 10

    def parse_request(self) -> bool:
        """Read the request; refuse what a page of another site may have sent."""
        if not super().parse_request():
            return False
        is_foreign = any(name in self.headers for name in _BROWSERS)
        if is_foreign or not _OURS.fullmatch(self.headers.get("Host", "")):
            self._answer(HTTPStatus.FORBIDDEN)
            return False
        return True

    def do_GET(self) -> None:  # the name that http.server looks for
        asked = urlsplit(self.path)
        if asked.path == hub.PATH:
            self._answer(HTTPStatus.OK, self.hub.answer(asked.query))
            return
        if asked.path not in (catalogue.OWN, catalogue.UNION):
            self._answer(HTTPStatus.NOT_FOUND)
            return
        query = parse_qs(asked.query).get("query", [""])[0]
        self._answer(HTTPStatus.OK, catalogue.answer(asked.path, query))

    def do_POST(self) -> None:  # as above
        length = self.headers.get("Content-Length") or ""
        asked = urlsplit(self.path)
        if asked.path not in (library_system.PATH, hub.PATH):
            self._answer(HTTPStatus.NOT_FOUND)
        elif not (length.isascii() and length.isdecimal() and len(length) < 8 and int(length) <= LARGEST):
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif asked.path == hub.PATH:
            body = self.rfile.read(int(length)).decode("ascii", "replace")
            self._answer(HTTPStatus.OK, self.hub.answer(body or asked.query))
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(self.library_system.take(headers, self.rfile.read(int(length))))

    def _answer(self, status: HTTPStatus, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_said: object) -> None:
        """Write nothing: the world tells what matters."""
