"""Ask a library system about a patron by SIP2: one connection for one question.

Reasons: a library system may count idle connections as licences, and the question is rare beside letters.
"""

import socket
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from mailproc.errors import Misconfigured, RemoteFault
from mailproc.ill.patron_block import PatronBlock
from mailproc.ils.patron_standing import PatronStanding
from mailproc.ils.sip2 import message, patron
from mailproc.ils.sip2.message import Sip2Answer
from mailproc.ils.sip2.patron import STOPS, Sip2Session, Sip2Terminal
from mailproc.sentence import sentence
from mailproc.transport.connecting import connected
from mailproc.transport.tls import client_context

PORTION = 4_096
RESEND = "96"


@dataclass(frozen=True)
class Sip2Server:
    """Where the library system listens. ``seconds`` bound the whole question, all its answers together."""

    host: str
    port: int = 6001
    tls: bool = False
    seconds: float = 5.0
    terminal: Sip2Terminal = field(default_factory=Sip2Terminal)


def look_up(
    server: Sip2Server,
    patron_id: str,
    clock: Callable[[], datetime],
    stops: Collection[PatronBlock] = STOPS,
) -> PatronStanding:
    """Return what the system says of the patron; ``clock`` gives local time.

    A number that cannot be said in its character set is nobody's there, and not asked about. Raise OSError
    (as TimeoutError), UnicodeError for what is no name, RemoteFault if it does not speak SIP2, Misconfigured
    if it refuses our login.
    """
    if not message.can_say(patron_id, server.terminal.charset):
        return PatronStanding(known=False)
    with _Line(server) as line:
        session = Sip2Session(server.terminal)
        _begin(line, session, server)
        found = patron.standing(line.ask(session.patron(patron_id, clock()), session), stops)
        with suppress(OSError):  # it has answered
            line.say(session.end(patron_id, clock()))
        return found


def greet(server: Sip2Server) -> None:
    """Log in and ask whether the system can be asked. Raise as ``look_up``."""
    with _Line(server) as line:
        _begin(line, Sip2Session(server.terminal), server)


def _begin(line: "_Line", session: Sip2Session, server: Sip2Server) -> None:
    if server.terminal.user and not patron.is_logged_in(line.ask(session.login(), session)):
        raise Misconfigured(sentence("lookup-login"))
    if not patron.is_online(line.ask(session.status(), session)):
        raise RemoteFault("it says that it is not online")


class _Line:
    """A connection with a deadline."""

    def __init__(self, server: Sip2Server) -> None:
        self._deadline = time.monotonic() + server.seconds
        plain = connected(server.host, server.port, server.seconds, server.seconds)
        try:
            self._socket = plain if not server.tls else self._secured(plain, server.host)
        except OSError:
            plain.close()
            raise
        self._rest = b""

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, question: bytes, session: Sip2Session) -> Sip2Answer:
        """Return the answer; a system that did not understand is asked once more."""
        self.say(question)
        answer = session.read(self._line())
        if answer.code == RESEND:
            self.say(question)
            answer = session.read(self._line())
        return answer

    def say(self, words: bytes) -> None:
        self._socket.settimeout(self._left())
        self._socket.sendall(words)

    def _line(self) -> bytes:
        """Return the octets up to the next CR."""
        while message.CR not in self._rest.lstrip(b"\r\n"):
            if len(self._rest) > message.LONGEST:
                raise RemoteFault(f"its answer has more than {message.LONGEST} octets")
            self._socket.settimeout(self._left())
            came = self._socket.recv(PORTION)
            if not came:
                raise RemoteFault("it ended the connection")
            self._rest += came
        line, _, self._rest = self._rest.lstrip(b"\r\n").partition(message.CR)
        return line

    def _secured(self, plain: socket.socket, host: str) -> socket.socket:
        plain.settimeout(self._left())
        return client_context().wrap_socket(plain, server_hostname=host)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
