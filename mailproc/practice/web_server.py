"""The HTTP server of the practice world: its catalogues, the library system that hooks tell, and its hub."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from mailproc.errors import LocalFault
from mailproc.practice import catalogue, hub, library_system
from mailproc.practice.hub import PractisingHub
from mailproc.practice.library_system import LibrarySystem

LARGEST = 1_000_000
"""Octets of a call that are read."""


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
            self._server = ThreadingHTTPServer(("127.0.0.1", self._wanted), Handler)
        except OSError as error:
            raise LocalFault(
                f"The practice catalogues cannot have port {self._wanted}: {error.strerror}."
            ) from None
        self._server.daemon_threads = True
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
