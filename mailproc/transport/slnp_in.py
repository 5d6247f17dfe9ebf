"""Listen for SLNP: commands of a few lines over TCP, each answered on the same connection, in order.

The listener has an event loop and a thread of its own. Who may connect: addresses of the list, others are
closed before an octet is read, and with TLS only who shows the one certificate that was pinned.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable

from mailproc.config import ListenSlnp
from mailproc.errors import Misconfigured
from mailproc.protocols.slnp import answers
from mailproc.protocols.slnp.grammar import QUIT, Cutter, SyntaxFault
from mailproc.transport.gate import Gate, ToldOf, loop_trouble, tls_words
from mailproc.transport.listening import inside, network
from mailproc.transport.loop_thread import LoopThread, why_not_bound
from mailproc.transport.slnp_clients import SlnpClient, SlnpClients

_log = logging.getLogger(__name__)

PORTION = 16_384
BEGINNING = 10.0
"""Seconds for the listener to begin."""
ENDING = 2.0
"""Seconds for the answers under way when it ends."""
HANDSHAKE = 10.0
"""Seconds for TLS."""
FAREWELL = 2.0
"""Seconds for a connection to end in order; then it is cut."""
BACKLOG = 128

Answer = Callable[[bytes, str], Awaitable[bytes]]
"""From the octets of a command and the client's address to the octets of the answer. Never raises."""


class SlnpListener:
    """Takes commands and writes what ``answer`` says to each."""

    def __init__(
        self, listen: ListenSlnp, answer: Answer, tls: tuple[ssl.SSLContext, bytes] | None = None
    ) -> None:
        """``tls``: our side of it, and the certificate (DER) that the client must show."""
        self._listen, self._answer = listen, answer
        self._networks = [network(one, "networks") for one in listen.networks]
        self.tls: ssl.SSLContext | None = tls[0] if tls else None
        self._pinned = tls[1] if tls else b""
        self._clients = SlnpClients(listen.max_connections)
        self._told = ToldOf()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = LoopThread(
            "slnp-in", lambda: Gate(self), self._farewell, loop_trouble, loop=asyncio.new_event_loop
        )

    def start(self) -> int:
        """Listen; return the port. Raise Misconfigured where the address cannot be had."""
        host, port = self._listen.host, self._listen.port
        try:
            return self._thread.start(host, port, backlog=BACKLOG, within=BEGINNING)[1]
        except OSError as error:
            self.stop()
            raise Misconfigured(f"cannot listen on {host} port {port}: {why_not_bound(error)}") from None

    def stop(self) -> None:
        """Take no more commands, let answers under way be finished, and end within 2 seconds."""
        self._thread.stop(2 * ENDING)

    def call(self, then: Callable[[], None]) -> None:
        """Have ``then`` called by the listener's loop, if it runs; for any thread."""
        self._thread.call(then)

    async def _farewell(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=ENDING)
        for task in self._tasks:
            task.cancel()

    # Clients

    def why_not(self, host: str) -> str:
        """Return why this client is not served now; '' if it is."""
        if not inside(host, self._networks):
            return "it is in none of [listen_slnp] networks"
        if not self._clients.has_room():
            return f"{len(self._clients)} are connected, and all are being answered"
        return ""

    def turned_away(self, host: str, why: str) -> None:
        """Tell staff, of an address once an hour."""
        self._tell(host, f"closed unread: {why}")

    def _tell(self, host: str, what: str) -> None:
        level = logging.WARNING if self._told.is_new(f"{host} {what}") else logging.DEBUG
        _log.log(level, "SLNP client %s %s", host, what)

    def admit(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Count this client, and serve it in a task of its own."""
        loop = asyncio.get_running_loop()
        client = SlnpClient(host, loop.time())
        self._clients.enter(client)
        task = client.task = loop.create_task(self._served(client, reader, writer))
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:  # also of a task that was cut before it began
            self._tasks.discard(task)
            self._clients.leave(client)
            writer.transport.abort()

        task.add_done_callback(ended)

    async def _served(
        self, client: SlnpClient, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            if not await self._is_pinned(client.host, writer):
                return
            client.is_known = True
            await self._converse(client, reader, writer)
            writer.close()
            await asyncio.wait_for(writer.wait_closed(), FAREWELL)
        except (TimeoutError, OSError, EOFError) as error:
            _log.debug("the connection of %s ended: %s", client.host, type(error).__name__)

    async def _is_pinned(self, host: str, writer: asyncio.StreamWriter) -> bool:
        """Speak TLS, and return whether the client shows its certificate; also where none is spoken."""
        if self.tls is None:
            return True
        try:
            await writer.start_tls(self.tls, ssl_handshake_timeout=HANDSHAKE)
        except (OSError, TimeoutError) as error:
            self._tell(host, f"closed: no TLS with it: {tls_words(error)}")
            return False
        if writer.get_extra_info("ssl_object").getpeercert(binary_form=True) != self._pinned:
            self._tell(host, "refused: it shows another certificate")
            return False
        return True

    async def _converse(
        self, client: SlnpClient, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer command after command, each of which must be whole ``timeout`` seconds after the last."""
        if self._listen.greeting:
            writer.write(answers.GREETING)
        cutter, loop = Cutter(), asyncio.get_running_loop()
        while octets := await asyncio.wait_for(
            reader.read(PORTION), client.since + self._listen.timeout - loop.time()
        ):
            try:
                for command in cutter.feed(octets):
                    if command == QUIT.encode():
                        return
                    client.is_asking = True
                    await self._say(await self._answer(command, client.host), writer)
                    client.is_asking, client.since = False, loop.time()
            except SyntaxFault as fault:
                _log.warning("SLNP client %s: %s", client.host, fault)
                await self._say(answers.failed(str(fault)), writer)
                return

    async def _say(self, octets: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await asyncio.wait_for(writer.drain(), self._listen.timeout)
