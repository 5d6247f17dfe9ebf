"""Ask a server by HTTP: one request, one answer, within limits.

The standard library does it: there is no session, no cookie, no pool and no redirect. What it lacks is a
limit for the whole answer: a server that sends an octet now and then would hold the caller for hours.
"""

import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from types import MappingProxyType
from urllib.parse import urlsplit

from mailproc.transport.connecting import connected
from mailproc.transport.tls import client_context


@dataclass(frozen=True)
class HttpLimits:
    """How long and how large an answer may be.

    ``timeout``: seconds without an octet, and for the connection to one address. ``longest``: seconds for all
    of it, however many addresses the server's name has. ``largest``: octets of its content.
    """

    timeout: float = 10.0
    longest: float = 20.0
    largest: int = 100_000


@dataclass(frozen=True)
class HttpAnswer:
    """``headers``: by their names in lower case; of a name that came twice the first."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class _TooLong(HTTPException):
    """The answer has more octets than are read."""


class HttpTrouble(Exception):
    """No whole answer came, for the reason that is its cause.

    ``asked``: the request, or a part of it, may have reached the server, which may have done what it asks.
    ``late``: a limit of time was reached. ``long``: the answer has more octets than are read.
    """

    def __init__(self, why: str, *, asked: bool, late: bool = False, long: bool = False) -> None:
        super().__init__(why)
        self.asked = asked
        self.late = late
        self.long = long


_NONE: Mapping[str, str] = MappingProxyType({})
_USUAL = HttpLimits()


def ask(
    method: str,
    url: str,
    content: bytes = b"",
    headers: Mapping[str, str] = _NONE,
    limits: HttpLimits = _USUAL,
) -> HttpAnswer:
    """Return the server's answer, whatever its status; it must show a valid certificate for https.

    ``url``: http or https, without user and password, as config.toml may hold it. A redirect is an answer
    like others: nobody follows it. Raise HttpTrouble.
    """
    connection, ending, asked = _connection(url, limits), _Ending(limits.longest), False
    try:
        ending.begin()
        _connect(connection, ending, limits, tls=urlsplit(url).scheme == "https")
        asked = True
        answer = _answer(connection, method, url, content, headers, limits.largest)
    except (OSError, HTTPException) as error:
        late = ending.came or isinstance(error, TimeoutError)
        raise HttpTrouble(_words(error), asked=asked, late=late, long=isinstance(error, _TooLong)) from error
    except ValueError:  # its words quote a header, which may hold a secret
        raise HttpTrouble("a header or the URL holds what HTTP does not allow", asked=False) from None
    finally:
        ending.call_off()
        connection.close()
    if ending.came:  # the library takes an end within the header for the end of the header
        raise HttpTrouble("the answer did not end", asked=True, late=True) from TimeoutError()
    return answer


def _connection(url: str, limits: HttpLimits) -> HTTPConnection:
    parts = urlsplit(url)
    usual = 443 if parts.scheme == "https" else 80
    made = HTTPConnection(parts.hostname or "", parts.port or usual, timeout=limits.timeout)
    made.default_port = usual  # the header Host names no usual port
    return made


def _connect(connection: HTTPConnection, ending: "_Ending", limits: HttpLimits, *, tls: bool) -> None:
    """Give the connection its line, which ``ending`` can end at any time: the library's own steps cannot be
    ended within a handshake, and it forgets the line of an answer that ends with the connection."""
    line = connected(connection.host, connection.port, limits.timeout, limits.longest)
    ending.line = connection.sock = line
    if tls:
        safe = client_context().wrap_socket(
            line, server_hostname=connection.host, do_handshake_on_connect=False
        )
        ending.line = connection.sock = safe
        safe.do_handshake()


def _words(error: OSError | HTTPException) -> str:
    """Return what went wrong, without the number that only programs know ("[Errno 111]")."""
    said = error.strerror if isinstance(error, OSError) else ""
    return said or str(error) or type(error).__name__


def _answer(
    connection: HTTPConnection, method: str, url: str, body: bytes, headers: Mapping[str, str], largest: int
) -> HttpAnswer:
    parts = urlsplit(url)
    path = parts.path or "/"
    connection.request(method, f"{path}?{parts.query}" if parts.query else path, body or None, dict(headers))
    with connection.getresponse() as answer:  # it may hold the line when the connection no longer does
        content = answer.read(largest + 1)
        if len(content) > largest:
            raise _TooLong("the answer is too long")
        if answer.length:
            raise HTTPException("the answer broke off")
        named = {name.lower(): value for name, value in reversed(answer.getheaders())}
        return HttpAnswer(answer.status, named, content)


class _Ending:
    """Ends ``line`` after ``longest`` seconds, whatever its server does."""

    def __init__(self, longest: float) -> None:
        self.came = False
        self.line: socket.socket | None = None
        self._timer = threading.Timer(longest, self._end)
        self._timer.daemon = True

    def begin(self) -> None:
        self._timer.start()

    def call_off(self) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.came = True
        if self.line is not None:
            try:
                socket.socket.shutdown(self.line, socket.SHUT_RDWR)  # TLS, too, would wait for its goodbye
            except OSError:
                return
