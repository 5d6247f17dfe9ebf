"""Listen for SMTP, with a separate event loop in a separate thread.

aiosmtpd's Controller is not used: it finds an error in the set-up only at the first
connection, and its own check of the start fails on busy machines.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, cast

from mailproc.config import Listen
from mailproc.errors import Misconfigured
from mailproc.transport.incoming import Keep
from mailproc.transport.listening import client_host, inside, network
from mailproc.transport.loop_thread import LoopThread, why_not_bound
from mailproc.transport.smtp_handler import SmtpHandler, WentOut
from mailproc.transport.smtp_login import Logins
from mailproc.transport.smtp_memory import Memory, made_room
from mailproc.transport.smtp_session import ListenerState, Session
from mailproc.transport.tls import server_context

log = logging.getLogger(__name__)

BACKLOG = 512
FAREWELL = 1.5  # seconds that sessions have to end when the listener stops
ENDING = 10.0  # seconds to wait for a loop that hangs
SELF_TEST = 10.0  # seconds


class Listener:
    """Takes letters for ``recipients`` and answers 250 once ``keep`` has committed them.

    ``keep`` gives at once a future that resolves after the commit, or raises TryLater where it
    has no room; ``room`` says so already at MAIL FROM. ``logins`` (hash of the password by user)
    turns SMTP AUTH on, over TLS only. Raises Misconfigured for a certificate or network that cannot be read.
    """

    def __init__(
        self,
        listen: Listen,
        recipients: Sequence[str],
        keep: Keep,
        clock: Callable[[], datetime],
        logins: Mapping[str, str] | None = None,
        room: Callable[[], bool] | None = None,
        went_out: WentOut | None = None,
    ) -> None:
        if listen.require_tls and not listen.tls_cert:
            raise Misconfigured("[listen] require_tls needs tls_cert")
        self._listen = listen
        self._networks = [network(one, "[listen] networks") for one in listen.networks]
        self._shared = ListenerState(
            listen=listen,
            clerk=SmtpHandler(listen, recipients, keep, clock, room, went_out),
            memory=Memory(listen),
            logins=Logins(logins) if logins else None,
            tls=server_context(listen.tls_cert, listen.tls_key) if listen.tls_cert else None,
        )
        self._thread = LoopThread("smtp-in", lambda: _Gate(self), self._farewell, _loop_trouble)

    def start(self) -> int:
        """Listen, and prove it by one connection of our own. Gives the port that was bound.

        Raises Misconfigured where the address cannot be had.
        """
        host, port = self._listen.host, self._listen.port
        try:
            address = self._thread.start(host, port, backlog=BACKLOG, within=SELF_TEST)
            _greeted(address)
        except OSError as error:
            self.stop()
            where = f"{host} port {port}: {why_not_bound(error)}"
            raise Misconfigured(f"[listen] host, port: cannot listen on {where}") from None
        return address[1]

    def stop(self) -> None:
        """Accept no more, let letters under way be finished, end within 2 seconds."""
        self._thread.stop(ENDING)
        if self._shared.logins is not None:
            self._shared.logins.close()

    def replace_logins(self, hashes: Mapping[str, str]) -> None:
        """Whoever logs in from now on is judged by these; without logins at the start there are none."""
        if self._shared.logins is not None:
            self._shared.logins.replace(hashes)

    def ask(self, then: Callable[[], None]) -> None:
        """Have ``then`` called by the listener's loop, if it runs."""
        self._thread.call(then)

    async def _farewell(self) -> None:
        end = asyncio.get_running_loop().time() + FAREWELL
        while self._shared.sessions and asyncio.get_running_loop().time() < end:
            for session in tuple(self._shared.sessions):
                session.leave()
            await asyncio.sleep(0.02)
        for session in tuple(self._shared.sessions):
            session.cut()

    def admit(self, host: str) -> str:
        """'' for a client that may come in, else the line that turns it away.

        A stranger hears 554 at once instead of 550 at RCPT: it holds no session, learns no
        address, and a relay of our own that was forgotten in ``networks`` keeps its letters and
        tries again (as Postfix does after a 5yz greeting) where a 550 would bounce them.
        """
        if not self._knows(host):
            log.warning("SMTP client %s refused: it is in none of [listen] networks", host)
            return "554 5.7.1 No service for you here"
        served = [session for session in self._shared.sessions if not session.leaving]
        same = [session for session in served if session.host == host]
        if len(same) >= self._listen.max_connections_per_host:
            return "" if made_room(same) else "421 4.7.0 Too many connections from you, try again later"
        if len(served) >= self._listen.max_connections:
            return "" if made_room(served) else "421 4.3.2 Too many connections, try again later"
        return ""

    def _knows(self, host: str) -> bool:
        return inside(host, self._networks)

    def session(self, host: str) -> Session:
        return Session(self._shared, host, asyncio.get_running_loop())


class _Gate(asyncio.Protocol):
    """Check a client before a session is made for it."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        host = client_host(transport.get_extra_info("peername"))
        refusal = self._listener.admit(host)
        if refusal:
            transport.write(refusal.encode("ascii") + b"\r\n")
            transport.close()
            return
        session = self._listener.session(host)
        transport.set_protocol(session)
        session.connection_made(transport)


def _greeted(address: tuple[str, int]) -> None:
    """Somebody answers with an SMTP greeting there; whether we are let in does not matter."""
    host, port = address
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
    with socket.create_connection((host, port), timeout=SELF_TEST) as connection:
        greeting = connection.recv(512)
        if not greeting[:3].isdigit():
            raise OSError("no SMTP greeting")
        connection.sendall(b"QUIT\r\n")
        with suppress(ConnectionError):
            while connection.recv(512):
                pass  # until it has closed: our session must not count against the first client


def _loop_trouble(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Clients that vanish are no news; anything else in the loop is, without an error's words."""
    error = context.get("exception")
    quiet = isinstance(error, ConnectionError | TimeoutError)
    level = logging.DEBUG if quiet else logging.ERROR
    log.log(level, "SMTP listener: %s (%s)", context.get("message"), type(error).__name__)
