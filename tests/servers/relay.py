"""SMTP on a loopback port: any handler of aiosmtpd, and a relay that does as told and keeps what it got."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # a relay in the test's process logs no letters


class SmtpServer:
    """aiosmtpd in a thread of its own. It can be away: ``stop`` closes its port and every connection,
    ``start`` opens the same port again. With ``tls`` it speaks TLS from the first octet; ``options``
    are aiosmtpd's."""

    def __init__(self, handler: Any, tls: SSLContext | None = None, **options: Any) -> None:
        self.port = 0
        self._handler, self._tls, self._options = handler, tls, options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def start(self) -> None:
        self._do(self._listen())

    def stop(self) -> None:
        self._do(self._end())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    async def _listen(self) -> None:
        def session() -> SMTP:
            return SMTP(self._handler, hostname="relay.example", loop=self._loop, **self._options)

        self._server = await self._loop.create_server(session, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        sessions = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


@dataclass(frozen=True)
class Posted:
    """A letter as the relay got it, ``at`` that second of the monotonic clock; one for each recipient."""

    at: float
    mail_from: str
    rcpt_to: str
    raw: bytes

    @property
    def text(self) -> str:
        return self.raw.decode("ascii", "replace").replace("\r\n", "\n")


class Relay(SmtpServer):
    """``letters``: what was taken, or may have been, in order.

    ``answers``: for the next letters, in order: a reply, or what happens after the dot: "break" (the
    line breaks), "hang" (silence). Then every letter is taken. ``pause``: seconds before an answer.
    ``peers``: the other end of each connection by which a letter came.
    """

    def __init__(self) -> None:
        super().__init__(self)
        self.letters: list[Posted] = []
        self.answers: list[str] = []
        self.peers: set[Any] = set()
        self.pause: Callable[[], float] = lambda: 0
        self._came = threading.Condition()

    def to(self, address: str) -> list[Posted]:
        return [posted for posted in self.letters if posted.rcpt_to == address]

    def wait_for(self, address: str, count: int = 1, within: float = 30) -> list[Posted]:
        """At least ``count`` letters to that address."""
        with self._came:
            came = self._came.wait_for(lambda: len(self.to(address)) >= count, within)
            assert came, (address, self.letters)
            return self.to(address)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.peers.add(session.peer)
        answer = self.answers.pop(0) if self.answers else "250 2.0.0 queued"
        if answer.startswith("2") or answer in ("break", "hang"):
            self._take(envelope)
        if answer == "hang":
            await asyncio.Event().wait()
        if answer == "break":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        await asyncio.sleep(self.pause())
        return answer

    def _take(self, envelope: Envelope) -> None:
        raw = bytes(envelope.original_content or b"")
        with self._came:
            for rcpt_to in envelope.rcpt_tos:
                self.letters.append(Posted(time.monotonic(), envelope.mail_from or "", rcpt_to, raw))
            self._came.notify_all()
