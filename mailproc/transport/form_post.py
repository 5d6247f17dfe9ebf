"""Post a form by HTTP: all that OAuth 2 asks of it (RFC 6749 section 4, RFC 8628 section 3).

The standard library does it: there is no session, no cookie and no redirect. What it lacks is a limit for
the whole answer: a server that sends an octet now and then would hold the caller for hours.
"""

import socket
import threading
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from mailproc.transport.tls import client_context

TIMEOUT = 10.0
"""Seconds without an octet, and for the connection to one address."""
LONGEST = 20.0
"""Seconds for all of it, however many addresses the server's name has."""
LARGEST = 100_000
"""Octets of an answer that are read."""


def post(url: str, form: dict[str, str]) -> tuple[int, bytes]:
    """Return status and content of the answer; the server must show a valid certificate for https.

    Raise OSError, TimeoutError among them, or HTTPException. The URL is one that config.toml may hold.
    """
    connection = _connection(url)
    ending = _Ending(connection)
    try:
        ending.begin()
        connection.connect()
        answer = _answer(connection, urlsplit(url).path or "/", urlsplit(url).query, form)
    except (OSError, HTTPException, ValueError):
        if not ending.came:
            raise
    finally:
        ending.call_off()
        connection.close()
    if ending.came:  # the library takes an end within the header for the end of the header
        raise TimeoutError
    return answer


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    made = (
        HTTPSConnection(host, port, timeout=TIMEOUT, context=client_context())
        if parts.scheme == "https"
        else HTTPConnection(host, port, timeout=TIMEOUT)
    )
    made._create_connection = _line  # type: ignore[attr-defined]  # the library has no limit over addresses
    return made


def _line(address: tuple[str, int], timeout: float, _source: object = None) -> socket.socket:
    """Connect to the first address that answers. Raise OSError; TimeoutError once ``LONGEST`` is over."""
    until = time.monotonic() + LONGEST
    last: OSError = TimeoutError()
    for *_, found in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            line = socket.create_connection((str(found[0]), int(found[1])), min(timeout, left))
        except OSError as error:
            last = error
            continue
        line.settimeout(timeout)
        return line
    raise last


def _answer(connection: HTTPConnection, path: str, query: str, form: dict[str, str]) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    connection.request("POST", f"{path}?{query}" if query else path, urlencode(form), headers)
    with connection.getresponse() as answer:  # it may hold the line when the connection no longer does
        content = answer.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise HTTPException("the answer is too long")
        if answer.length:
            raise HTTPException("the answer broke off")
        return answer.status, content


class _Ending:
    """Ends a connection after ``LONGEST`` seconds, whatever its server does."""

    def __init__(self, connection: HTTPConnection) -> None:
        self.came = False
        self._connection = connection
        self._timer = threading.Timer(LONGEST, self._end)
        self._timer.daemon = True

    def begin(self) -> None:
        self._timer.start()

    def call_off(self) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.came = True
        if (line := self._connection.sock) is not None:
            try:
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # TLS, too, would wait for its goodbye
            except OSError:
                return
