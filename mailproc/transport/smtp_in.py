"""Listen for SMTP, with a separate event loop in a separate thread.

aiosmtpd's Controller is not used: it finds an error in the set-up only at the first
connection, and its own check of the start fails on busy machines.
"""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from typing import Any, cast

from mailproc.config import Listen
from mailproc.errors import Misconfigured
from mailproc.transport.incoming import Keep
from mailproc.transport.listening import client_host, network, new_loop
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
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None

    def start(self) -> int:
        """Listen, and prove it by one connection of our own. Gives the port that was bound.

        Raises Misconfigured where the address cannot be had.
        """
        bound: Future[tuple[str, int]] = Future()
        self._thread = threading.Thread(target=self._run, args=(bound,), name="smtp-in", daemon=True)
        self._thread.start()
        where = f"{self._listen.host} port {self._listen.port}"
        try:
            address = bound.result(SELF_TEST)
            _greeted(address)
        except OSError as error:
            self.stop()
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else error  # asyncio's are long
            raise Misconfigured(f"[listen] host, port: cannot listen on {where}: {why}") from None
        return address[1]

    def stop(self) -> None:
        """Accept no more, let letters under way be finished, end within 2 seconds."""
        if self._thread is None:
            return
        if self._loop is not None and self._ending is not None:
            try:
                self._loop.call_soon_threadsafe(self._ending.set)
            except RuntimeError:
                log.debug("the listener had ended already")
        self._thread.join(ENDING)
        self._thread = None
        if self._shared.logins is not None:
            self._shared.logins.close()

    def replace_logins(self, hashes: Mapping[str, str]) -> None:
        """Whoever logs in from now on is judged by these; without logins at the start there are none."""
        if self._shared.logins is not None:
            self._shared.logins.replace(hashes)

    def ask(self, then: Callable[[], None]) -> None:
        """Have ``then`` called by the listener's loop, if it runs."""
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(then)

    def _run(self, bound: "Future[tuple[str, int]]") -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            try:
                runner.run(self._serve(bound))
            except BaseException as error:  # of the start: the one who started us raises it
                if bound.done():
                    raise
                bound.set_exception(error)

    async def _serve(self, bound: "Future[tuple[str, int]]") -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_loop_trouble)
        self._ending = asyncio.Event()
        server = await self._loop.create_server(
            lambda: _Gate(self), self._listen.host or None, self._listen.port, backlog=BACKLOG
        )
        bound.set_result(server.sockets[0].getsockname()[:2])
        await self._ending.wait()
        server.close()
        await self._farewell()

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
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)

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
