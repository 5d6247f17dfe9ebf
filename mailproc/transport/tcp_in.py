"""Listen for APDUs on TCP, with an event loop in a thread of its own.

The protocol knows no login: an address that is in no partner's networks is closed before an octet is read,
and before TLS is spoken with it.
"""

import asyncio
import hashlib
import logging
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from ipaddress import ip_address

from mailproc.config import Partner
from mailproc.config_tcp import ListenTcp
from mailproc.errors import Misconfigured
from mailproc.transport.gate import Gate, ToldOf, loop_trouble, tls_words
from mailproc.transport.incoming import Keep
from mailproc.transport.listening import Network, network, new_loop
from mailproc.transport.loop_thread import LoopThread, why_not_bound
from mailproc.transport.open_lines import OpenLines
from mailproc.transport.smtp_groups import Groups
from mailproc.transport.tcp_session import Caller, SessionHost, TcpSession
from mailproc.transport.tcp_waste import Waste

log = logging.getLogger(__name__)

BACKLOG = 128
STARTING = 10.0  # seconds
FAREWELL = 1.5  # seconds that messages under way have when the listener stops
ENDING = 10.0  # seconds to wait for a loop that hangs
HANDSHAKE = 10.0  # seconds


class TcpListener:
    """Takes APDUs from the networks of ``partners``; ``keep`` commits them. Raises Misconfigured."""

    def __init__(
        self,
        listen: ListenTcp,
        partners: Sequence[Partner],
        keep: Keep,
        clock: Callable[[], datetime],
        lines: OpenLines,
        tls: ssl.SSLContext | None = None,
        waste: Waste | None = None,
    ) -> None:
        self._listen = listen
        self._admitted = [
            (network(one, "networks"), _waits(who)) for who in partners for one in who.tcp.networks
        ]
        self.tls = tls
        self._told = ToldOf()
        judge = waste or Waste()
        self._host = SessionHost(listen, Groups(keep), clock, lines, self._told.is_new, judge.is_waste)
        self._open: Counter[str] = Counter()
        self._sessions: set[TcpSession] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        # uvloop reads before it is told to: the first octets of TLS would be lost
        factory = asyncio.new_event_loop if tls else new_loop
        self._thread = LoopThread("tcp-in", lambda: Gate(self), self._farewell, loop_trouble, loop=factory)

    def start(self) -> int:
        """Listen; return the port that was bound. Raise Misconfigured where the address cannot be had."""
        host, port = self._listen.host, self._listen.port
        try:
            return self._thread.start(host, port, backlog=BACKLOG, within=STARTING)[1]
        except OSError as error:
            self.stop()
            raise Misconfigured(f"cannot listen on {host} port {port}: {why_not_bound(error)}") from None

    def stop(self) -> None:
        """Accept no more, let messages under way be stored, end within 2 seconds."""
        self._thread.stop(ENDING)

    def ask(self, then: Callable[[], None]) -> None:
        """Have ``then`` called by the listener's loop, if it runs."""
        self._thread.call(then)

    async def _farewell(self) -> None:
        for session in tuple(self._sessions):
            session.leave()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FAREWELL)
        for session in tuple(self._sessions):
            session.cut()

    # Clients

    def why_not(self, host: str) -> str:
        """Return why this client is not served now; '' if it is."""
        if not self._networks_of(host):
            return "it is in no partner's networks"
        if self._open[host] >= self._listen.max_connections_per_host:
            return "too many connections from it"
        if self._open.total() >= self._listen.max_connections:
            return "too many connections"
        return ""

    def turned_away(self, host: str, why: str) -> None:
        level = logging.WARNING if self._told.is_new(f"turned away {host}") else logging.DEBUG
        log.log(level, "TCP client %s closed unread: %s", host, why)

    def admit(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve this client in a task of its own."""
        self._open[host] += 1
        task = asyncio.get_running_loop().create_task(self._session(host, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _session(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            certificate = await self._certificate(host, writer)
            if certificate is not None:
                waits = any(waits for _, waits in self._networks_of(host))
                await self._served(TcpSession(self._host, Caller(host, certificate, waits), reader, writer))
        finally:
            self._open[host] -= 1
            if not self._open[host]:
                del self._open[host]

    async def _served(self, session: TcpSession) -> None:
        self._sessions.add(session)
        try:
            await session.serve()
        finally:
            self._sessions.discard(session)

    async def _certificate(self, host: str, writer: asyncio.StreamWriter) -> str | None:
        """Return the SHA-256 of the client's certificate, after the handshake; '' where none is spoken.

        None if the handshake failed; then the connection is closed.
        """
        if self.tls is None:
            return ""
        try:
            await writer.start_tls(self.tls, ssl_handshake_timeout=HANDSHAKE)
        except (OSError, TimeoutError) as error:
            log.warning("TCP client %s: no TLS with it: %s", host, tls_words(error))
            writer.transport.abort()
            return None
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return hashlib.sha256(shown).hexdigest() if shown else ""

    def _networks_of(self, host: str) -> list[tuple[Network, bool]]:
        try:
            address = ip_address(host)
        except ValueError:
            return []
        return [(one, waits) for one, waits in self._admitted if address in one]


def _waits(partner: Partner) -> bool:
    return partner.tcp.answer != "connect"
