"""The relay of the practice world: takes every letter, keeps the last thousand, tells who got what."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailproc.errors import LocalFault


@dataclass(frozen=True)
class Posted:
    """A letter as the relay got it; one for each recipient (a bare address, lower case)."""

    mail_from: str
    rcpt_to: str
    raw: bytes


class PostOffice:
    """An SMTP server on 127.0.0.1, in a thread with a loop of its own.

    ``port`` 0 takes a free one. ``deliver`` is called in that thread before the letter is
    answered with 250, once for each recipient: it must only note the letter down.
    """

    def __init__(self, deliver: Callable[[Posted], None], port: int = 0) -> None:
        self.letters: deque[Posted] = deque(maxlen=1000)
        self._deliver = deliver
        self._wanted = port

    def start(self) -> int:
        """The bound port. Raises LocalFault where the wanted one is taken."""
        # Not in the constructor: a loop that nobody closes complains when the program ends, over the
        # sentence that says why.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="post-office", daemon=True)
        self._thread.start()
        try:
            self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        except OSError as error:
            self._end()
            raise LocalFault(f"The post office cannot have port {self._wanted}: {error.strerror}.") from None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._session, "127.0.0.1", self._wanted)

    def _session(self) -> SMTP:
        return SMTP(self, hostname="post-office.practice.example", enable_SMTPUTF8=True, loop=self._loop)

    async def handle_DATA(  # noqa: N802  # the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        for rcpt_to in envelope.rcpt_tos:
            posted = Posted((envelope.mail_from or "").strip("<>"), rcpt_to.lower(), raw)
            self.letters.append(posted)
            self._deliver(posted)
        return "250 Accepted"

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        mine = asyncio.current_task()
        open_sessions = [task for task in asyncio.all_tasks() if task is not mine]
        for task in open_sessions:
            task.cancel()
        await asyncio.gather(*open_sessions, return_exceptions=True)
