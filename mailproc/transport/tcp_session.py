"""One connection to our port for APDUs: each message is stored before the next one is looked at.

ISO 10161 has no acknowledgement on a socket: the octets are acknowledged by TCP. So what cannot be stored is
answered with a reset, and a connection is never closed with octets unread, which would be one too. Until we
part in order the system resets the connection whenever this process dies: the sender then knows to repeat.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as LateError
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from mailproc.config_tcp import ListenTcp
from mailproc.errors import TryLater
from mailproc.mail.apdu_stream import ApduCutter, StreamRefused
from mailproc.mail.channel import TCP
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport.open_lines import OpenLines
from mailproc.transport.send_queue import octets_unsent
from mailproc.transport.smtp_groups import Groups
from mailproc.transport.smtp_session import bare

log = logging.getLogger(__name__)

CHUNK = 65_536
FIRST_OCTET = 10.0  # seconds
PACE = 100.0  # octets a second that a message must bring after its first ten seconds
PACE_GRACE = 10.0
MOST_NEW = 100
"""Messages of one connection that we did not have; one more is left to another connection by a reset."""
KEEP_TIMEOUT = 30.0  # seconds for a commit
ANSWER_WITHIN = 10.0  # seconds that a line is kept for its answer after the other end has said all
DRAIN = 2.0  # seconds for the end from the other side
FLUSH = 5.0  # seconds for the other host to acknowledge an answer
LOOK = 0.02
KEPT_OF_REFUSED = 4096
"""Octets of a refused stream, or of a message that was cut off, that are kept for staff."""


@dataclass(frozen=True)
class Caller:
    """Who has connected: the address, the SHA-256 of its certificate, and whether a partner waits there."""

    host: str
    certificate: str = ""
    waits: bool = False


@dataclass(frozen=True)
class SessionHost:
    """What the sessions share. ``tell``: is a refused stream of this address told to staff now?
    ``is_waste``: is this message one of too many of the address that cannot be read?
    """

    listen: ListenTcp
    groups: Groups
    clock: Callable[[], datetime]
    lines: OpenLines
    tell: Callable[[str], bool]
    is_waste: Callable[[str, bytes], Awaitable[bool]]


class TcpSession:
    """Runs in the listener's loop; ``answer`` is for the other threads."""

    def __init__(
        self,
        host: SessionHost,
        caller: Caller,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.caller = caller
        self._host = host
        self._reader = reader
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._cutter = ApduCutter()
        self._new = 0
        self._refused = False
        self._answers = 0
        self._answered = asyncio.Event()
        self._over = False
        self._leaving = False
        self._storing = False

    async def serve(self) -> None:
        """Take messages until the stream ends, then close in order."""
        self._reset_at_close(at_once=True)
        try:
            async with asyncio.timeout(self._host.listen.session_timeout):
                await self._take_all()
                await self._wait_for_answers()
        except TimeoutError:
            log.info("TCP client %s: the connection ends after its time", self.caller.host)
            await self._end_late()
        except StreamRefused as refused:
            await self._refuse(refused)
        except ConnectionError as error:
            log.info("TCP client %s went away: %s", self.caller.host, type(error).__name__)
            await self._keep_rest()
        except TryLater as error:
            log.warning("a message of %s is not kept, and answered with a reset: %s", self.caller.host, error)
            self._reset()
        finally:
            self._over = True
            self._host.lines.closed(self)
            await self._part()

    def leave(self) -> None:
        """The service ends: store what is whole, and take no more."""
        self._leaving = True
        self._reader.feed_eof()

    def cut(self) -> None:
        """Close at once: the service ends, and what is not stored by now comes again."""
        self._reset()

    def answer(self, octets: bytes) -> bool:
        """As ``Line.answer``."""
        try:
            return asyncio.run_coroutine_threadsafe(self._write(octets), self._loop).result(FLUSH + 1)
        except (LateError, RuntimeError, OSError):  # it takes none, or the loop has ended
            return False

    # Taking

    async def _take_all(self) -> None:
        """Store each message until the other end has said all. Raise TryLater.

        What is sent again does not count: who repeats all after a reset gets further than before.
        """
        while (apdu := await self._next()) is not None:
            if self._new >= MOST_NEW:
                raise TryLater(f"{MOST_NEW} messages have come on this connection")
            if await self._host.is_waste(self.caller.host, apdu):
                await self._waste(apdu)
                continue
            await self._keep(apdu, waits=self.caller.waits)
        await self._keep_rest()

    async def _next(self) -> bytes | None:
        began, came = self._loop.time(), 0
        while (apdu := self._cutter.next()) is None:
            async with asyncio.timeout_at(self._until(began, came)):
                octets = await self._reader.read(CHUNK)
            if not octets:
                return None
            if not came:
                began = self._loop.time()
            came += len(octets)
            self._cutter.feed(octets)
        return apdu

    def _until(self, began: float, came: int) -> float:
        """Return when the next octets must have come."""
        listen = self._host.listen
        if came or self._cutter.rest:
            return began + min(listen.apdu_timeout, PACE_GRACE + came / PACE)
        return began + (listen.timeout if self._cutter.count else min(FIRST_OCTET, listen.timeout))

    async def _keep(self, octets: bytes, *, waits: bool = False) -> None:
        """Commit ①. Raise TryLater."""
        caller = self.caller
        letter = NewLetter(TCP, octets, self._host.clock(), peer=caller.host, login=caller.certificate)
        with self._host.lines.storing():
            kept = await self._stored(letter)
            self._new += kept.new
            if waits:
                self._host.lines.opened(kept.inbox_id, self)

    async def _stored(self, letter: NewLetter) -> StoredLetter:
        """Raise TryLater, whatever the trouble: the sender is to hear of it, and has no other sign."""
        self._storing = True
        try:
            async with asyncio.timeout(KEEP_TIMEOUT):
                (kept,) = await self._host.groups.kept([letter])
        except TryLater:
            raise
        except TimeoutError:
            raise TryLater(f"the store took longer than {KEEP_TIMEOUT:g} s") from None
        except Exception as error:
            log.error("a message could not be stored: %s", bare(error))
            raise TryLater("trouble on our side") from None
        self._storing = False
        return kept

    async def _end_late(self) -> None:
        """A message that is being stored may be there or not: its sender is not to think that it is."""
        if self._storing:
            self._reset()
        else:
            await self._keep_rest()

    async def _keep_rest(self) -> None:
        """Keep a message that was cut off, for staff; nothing answers it. One that we cut off comes again."""
        if (rest := self._cutter.rest) and not self._leaving:
            with suppress(TryLater):  # it was never whole: nothing that counts is lost
                await self._keep(rest[:KEPT_OF_REFUSED])

    async def _waste(self, octets: bytes) -> None:
        """Keep no more than the beginning, once an hour; what comes behind it may be a message again."""
        host = self.caller.host
        log.warning("a message of TCP client %s is not kept: too many of its cannot be read", host)
        if self._host.tell(host):
            with suppress(TryLater):
                await self._keep(octets[:KEPT_OF_REFUSED])

    async def _refuse(self, refused: StreamRefused) -> None:
        self._refused = True
        caller, begin = self.caller, refused.begin.hex(" ")
        log.warning("TCP client %s refused: %s; it begins with %s", caller.host, refused.code, begin)
        if self._host.tell(caller.host):
            with suppress(TryLater):
                await self._keep(self._cutter.rest[:KEPT_OF_REFUSED] or refused.begin)

    # Answering

    async def _wait_for_answers(self) -> None:
        """Hold the line for a while: the answer comes from the stations."""
        if not self.caller.waits or self._leaving:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_WITHIN):
                while self._answers < self._cutter.count:
                    self._answered.clear()
                    await self._answered.wait()

    async def _write(self, octets: bytes) -> bool:
        if self._over or self._answers >= self._cutter.count or self._writer.transport.is_closing():
            return False
        try:
            self._writer.write(octets)
            async with asyncio.timeout(FLUSH):
                await self._writer.drain()
                while self._unsent():
                    await asyncio.sleep(LOOK)
        except (OSError, TimeoutError):
            return False
        finally:
            self._answers += 1
            self._answered.set()
        return not self._writer.transport.is_closing()

    def _unsent(self) -> int:
        """Return how many octets the other host has not acknowledged."""
        if waiting := self._writer.transport.get_write_buffer_size():
            return waiting
        return octets_unsent(self._socket().fileno())

    # Parting

    async def _part(self) -> None:
        """End our side, read for a moment, and close: unread octets would be a reset.

        A message that comes meanwhile is answered with one: it is nowhere stored.
        """
        if self._writer.transport.is_closing():
            return
        self._reset_at_close(at_once=False)
        late = False
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(DRAIN):
                if self._writer.can_write_eof():
                    self._writer.write_eof()
                while await self._reader.read(CHUNK):
                    late = not self._refused
        if late:
            self._reset()
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(DRAIN):
                await self._writer.wait_closed()
        self._writer.transport.abort()

    def _reset(self) -> None:
        self._reset_at_close(at_once=True)
        self._writer.transport.abort()

    def _reset_at_close(self, *, at_once: bool) -> None:
        """Whether the system answers the end of the socket with a reset, not with an end in order."""
        with suppress(OSError):
            linger = struct.pack("ii", int(at_once), 0)
            self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _socket(self) -> socket.socket:
        return cast(socket.socket, self._writer.get_extra_info("socket"))
