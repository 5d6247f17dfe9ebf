"""A catalogue that answers whatever a test says, by HTTP on a loopback port."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Content = bytes | tuple[int, bytes]
NOTHING = (
    b'<r:searchRetrieveResponse xmlns:r="http://www.loc.gov/zing/srw/"><r:version>1.1</r:version>'
    b"<r:numberOfRecords>0</r:numberOfRecords></r:searchRetrieveResponse>"
)


class CatalogueStub:
    """``answer`` is given the path of each request with its query; ``asked`` are those that came."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/sru"
        self.asked: list[str] = []
        self.answer: Callable[[str], Content] = lambda _path: NOTHING

    def say(self, content: Content) -> None:
        """Answer each request so from now on."""
        self.answer = lambda _path: content


def records(*marcxml: bytes) -> bytes:
    """An answer of SRU 1.1 with these records, each the content of an element ``record`` of MARCXML."""
    inside = b"".join(
        b"<record><recordSchema>marcxml</recordSchema><recordPacking>xml</recordPacking><recordData>"
        b'<record xmlns="http://www.loc.gov/MARC21/slim">' + one + b"</record></recordData></record>"
        for one in marcxml
    )
    return (
        b'<searchRetrieveResponse xmlns="http://www.loc.gov/zing/srw/"><version>1.1</version><numberOfRecords>'
        + str(len(marcxml)).encode()
        + b"</numberOfRecords><records>"
        + inside
        + b"</records></searchRetrieveResponse>"
    )


def field(tag: str, **subfields: str) -> bytes:
    """A field of MARCXML; ``_7`` stands for subfield 7."""
    inside = "".join(f'<subfield code="{code[-1]}">{text}</subfield>' for code, text in subfields.items())
    return f'<datafield tag="{tag}" ind1=" " ind2=" ">{inside}</datafield>'.encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked may have had enough of the answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def running() -> Iterator[CatalogueStub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stub.asked.append(self.path)
            said = stub.answer(self.path)
            status, content = said if isinstance(said, tuple) else (200, said)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Location", f"{stub.url}/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None: ...

    with _Server(("127.0.0.1", 0), Handler) as server:
        stub = CatalogueStub(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()
