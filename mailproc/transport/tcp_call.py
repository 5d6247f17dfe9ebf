"""One call of a partner's port: connect, write all, end our side, and find out what became of it."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from mailproc.config_tcp import PartnerTcp
from mailproc.mail.apdu_stream import ApduCutter, StreamRefused
from mailproc.sentence import Part, sentence
from mailproc.transport.connecting import connected
from mailproc.transport.send_queue import octets_unsent

CONNECT = 15.0  # seconds, with the look-up of the name
WRITE = 30.0
AFTER_ANSWER = 2.0  # seconds for the end from the other side, once it has answered
ACKNOWLEDGED = 2.0  # seconds for its host to acknowledge the last octet, once its side has ended
MOST_ANSWERS = 10
CHUNK = 65_536
LOOK = 0.02


class NotSent(Exception):
    """They do not have the message."""


class Broken(Exception):
    """They may have the message."""


class Call:
    """A connection of ours. Raises NotSent while it is opened."""

    def __init__(self, settings: PartnerTcp, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._cutter = ApduCutter()
        host, _, port = settings.address.rpartition(":")
        host = host.strip("[]")
        try:
            line = connected(host, int(port), CONNECT, CONNECT)
        except (OSError, UnicodeError) as error:
            raise NotSent(_words(error)) from None
        self.peer = str(line.getpeername()[0])
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._line: socket.socket = tls.wrap_socket(line, server_hostname=host) if tls else line
        except (OSError, ValueError) as error:
            line.close()
            raise NotSent(_words(error)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def write(self, octets: bytes) -> None:
        """Give all octets to the kernel. Raise NotSent: an APDU that is cut off is none."""
        if self._has_closed():
            raise NotSent(sentence("tcp-closed-at-once"))
        self._line.settimeout(WRITE)
        try:
            self._line.sendall(octets)
        except OSError as error:
            raise NotSent(_words(error)) from None

    def ended(self, within: float, kept: Callable[[bytes], None]) -> str:
        """Wait for the end of the other side; return how we know that the message is theirs.

        ``kept`` stores each APDU that comes back. Raise Broken.
        """
        until = time.monotonic() + within
        try:
            if self._settings.half_close:
                self._end_our_side()
            while (left := until - time.monotonic()) > 0:
                octets = self._read(left)
                if octets is None:
                    break
                if not octets:
                    return self._at_their_end()
                if self._take(octets, kept):
                    until = min(until, time.monotonic() + AFTER_ANSWER)
        except ssl.SSLEOFError:  # it has closed without TLS's farewell, as many do
            return self._at_their_end()
        except OSError as error:
            if not self._cutter.count:
                raise Broken(_words(error)) from None
        return self._at_our_end()

    def _end_our_side(self) -> None:
        """TLS has no half-close: its farewell ends both sides, and is said where no answer is waited for."""
        if not isinstance(self._line, ssl.SSLSocket):
            self._line.shutdown(socket.SHUT_WR)
        elif self._settings.answer == "connect":
            self._line.settimeout(self._settings.linger)
            with suppress(TimeoutError):  # it leaves its side open: then its host's acknowledgement counts
                self._line = self._line.unwrap()

    def _read(self, left: float) -> bytes | None:
        self._line.settimeout(left)
        try:
            return self._line.recv(CHUNK)
        except TimeoutError:
            return None

    def _take(self, octets: bytes, kept: Callable[[bytes], None]) -> bool:
        """Cut answers out of what came; return whether there was one. What is no APDU says nothing."""
        before = self._cutter.count
        self._cutter.feed(octets)
        try:
            while self._cutter.count < MOST_ANSWERS and (apdu := self._cutter.next()) is not None:
                kept(apdu)
        except StreamRefused:
            raise Broken(sentence("tcp-no-answer-apdu")) from None
        return self._cutter.count > before

    def _at_their_end(self) -> str:
        """They have ended their side: in order, if their host has taken every octet before."""
        if self._cutter.count:
            return "answered"
        if not self._acknowledged(ACKNOWLEDGED):
            raise Broken(sentence("tcp-closed-before"))
        return "taken: the other side ended in order"

    def _at_our_end(self) -> str:
        """They leave their side open: all that can be known is that their host has every octet."""
        if self._cutter.count:
            return "answered"
        if not self._acknowledged(0):
            raise Broken(sentence("tcp-not-acknowledged"))
        return "acknowledged by the host"

    def _acknowledged(self, patience: float) -> bool:
        until = time.monotonic() + patience
        try:
            while unsent := octets_unsent(self._line.fileno()):
                if time.monotonic() > until:
                    return False
                time.sleep(LOOK)  # the kernel tells nobody that an octet was acknowledged
            return not unsent and not self._line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        except OSError:
            return False

    def _has_closed(self) -> bool:
        """Return whether their side has ended before we said a word."""
        if isinstance(self._line, ssl.SSLSocket):
            return False
        self._line.setblocking(False)
        try:
            return not self._line.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True


def _words(error: Exception) -> Part:
    """What an error may say aloud."""
    if isinstance(error, TimeoutError):
        return sentence("tcp-no-answer-in-time")
    reason = getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error)
    return str(reason)[:200]
