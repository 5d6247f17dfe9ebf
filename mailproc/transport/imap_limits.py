"""The line to an IMAP server, with limits: no answer costs more octets or seconds than it may.

imaplib reads whatever length a server announces, lines up to a megabyte without end, and waits
anew for each octet. So the reading is ours: an answer has limits before its first octet is read.
"""

import ssl
import time
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

CHUNK = 65_536  # octets asked of the socket at once
LONGEST_LINE = 200_000  # octets; imaplib keeps the last ten in memory, as written in Python
MOST_LINES = 10_000  # lines of one answer …
LINE_OCTETS = 2_000_000  # … and their octets together, without literals
MINIMUM_RATE = (
    500.0  # octets per second that a server must bring once its patience is over, as at the SMTP door
)
PATIENCE = 4  # an answer may take so many timeouts at any rate …
LONGEST_ANSWER = 1_800.0  # … and so many seconds at the most


class Overrun(Exception):
    """An answer went over its limits. The place in the stream is lost: the connection must be closed."""


class Allowance:
    """What the answer that is being read may still cost: seconds, lines and octets."""

    def __init__(self, timeout: float, until: float) -> None:
        """``timeout``: seconds for one receive; ``until``: monotonic time at which everything ends."""
        self._timeout = timeout
        self._until = until
        self.begin(0)

    def begin(self, literals: int) -> None:
        """A new answer, of at most so many octets in literals."""
        self._begun = time.monotonic()
        self._received = 0
        self._lines = MOST_LINES
        self._line_octets = LINE_OCTETS
        self._literals = literals

    def seconds(self) -> float:
        """For the next receive. Raises Overrun where the answer has taken too long."""
        now = time.monotonic()
        end = self._begun + PATIENCE * self._timeout + self._received / MINIMUM_RATE
        left = min(end, self._begun + LONGEST_ANSWER, self._until) - now
        if now >= self._until:
            raise Overrun("the look has lasted too long")
        if left <= 0:
            raise Overrun(f"only {self._received} octets of an answer within {now - self._begun:.0f} s")
        return min(left, self._timeout)

    def received(self, octets: int) -> None:
        self._received += octets

    def line(self, octets: int) -> None:
        """Raises Overrun where an answer has too many lines."""
        self._lines -= 1
        self._line_octets -= octets
        if self._lines < 0 or self._line_octets < 0:
            raise Overrun("an answer has more lines than it may")

    def literal(self, octets: int) -> None:
        """Raises Overrun before anything of it is read."""
        self._literals -= octets
        if self._literals < 0:
            raise Overrun(f"{octets} octets are announced, more than may come")


class _Reading:
    """imaplib's ``read`` and ``readline`` within an allowance; ``sock`` is imaplib's."""

    sock: Any

    def _reads(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._buffer = bytearray()
        self._source: Any = None

    def read(self, size: int) -> bytes:
        """So many octets; fewer where the server has closed the connection."""
        self._allowance.literal(size)
        self._look_at_source()
        pieces = [bytes(self._buffer[:size])]
        del self._buffer[:size]
        missing = size - len(pieces[0])
        while missing and (piece := self._receive(min(missing, CHUNK))):
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def readline(self) -> bytes:
        """A line with its end; without one, or nothing, where the server has closed the connection."""
        self._look_at_source()
        seen = 0
        while (end := self._buffer.find(b"\n", seen)) < 0:
            seen = len(self._buffer)
            if seen > LONGEST_LINE:
                raise Overrun(f"a line has more than {LONGEST_LINE} octets")
            if not (piece := self._receive(CHUNK)):
                end = seen - 1
                break
            self._buffer += piece
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        self._allowance.line(len(line))
        return line

    def _receive(self, most: int) -> bytes:
        self.sock.settimeout(self._allowance.seconds())
        try:
            piece: bytes = self.sock.recv(most)
        except TimeoutError:
            self._allowance.seconds()  # says so where the answer as a whole is late, and not this octet
            raise
        self._allowance.received(len(piece))
        return piece

    def _look_at_source(self) -> None:
        """STARTTLS puts another socket here. What a stranger said before the encryption is not said in it."""
        if self.sock is not self._source and self._buffer:
            raise Overrun("the server went on speaking before the encryption began")
        self._source = self.sock


class _Plain(_Reading, IMAP4WithTimeout):  # type: ignore[misc]  # the library has no types
    def __init__(self, allowance: Allowance, *arguments: Any) -> None:
        self._reads(allowance)
        IMAP4WithTimeout.__init__(self, *arguments)


class _Encrypted(_Reading, IMAP4_TLS):  # type: ignore[misc]  # as above
    def __init__(self, allowance: Allowance, *arguments: Any) -> None:
        self._reads(allowance)
        IMAP4_TLS.__init__(self, *arguments)


class BoundedClient(IMAPClient):  # type: ignore[misc]  # as above
    """An IMAPClient whose line has limits. ``begin`` goes before each command."""

    def __init__(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        timeout: SocketTimeout,
        allowance: Allowance,
    ) -> None:
        self.allowance = allowance
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=timeout)
        # IMAPClient has imaplib write out each literal for a log that we keep closed: four times its octets.
        self._imap.debug = 0

    def _create_IMAP4(self) -> Any:  # noqa: N802  # the library's name; it has no public place for this
        if self.ssl:
            return _Encrypted(self.allowance, self.host, self.port, self.ssl_context, self._timeout.connect)
        return _Plain(self.allowance, self.host, self.port, self._timeout.connect)

    @property
    def answered(self) -> bool:
        """Was the last command's answer read to its end?"""
        return not self._imap.tagged_commands

    def begin(self, literals: int = 0) -> None:
        """A new answer may cost what an answer may cost, and forgets what the last ones held besides."""
        self.allowance.begin(literals)
        self._imap.untagged_responses.clear()
