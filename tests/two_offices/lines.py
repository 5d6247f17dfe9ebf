"""Lines that break between two offices: real sockets, the real port and sender, and a bad provider between.

A ``BadLine`` stands before a port. Of each connection it decides by a seeded ``Random`` what becomes of it:
all goes through, at once or in pieces; it is reset before the message has come, or after it, or in its midst;
or the message comes through and the sender never hears the end.
"""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from mailproc.config import Config, Partner
from mailproc.config_tcp import ListenTcp, PartnerTcp
from mailproc.errors import InDoubt, TryLater
from mailproc.mail.channel import TCP
from mailproc.mail.letter import Envelope
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport.open_lines import OpenLines
from mailproc.transport.tcp_in import TcpListener
from mailproc.transport.tcp_out import TcpOut
from mailproc.transport.transport import Sending

from .office import BEGIN, BORROWER, LENDER, address_of, partner_of
from .post import Carried, Post

LONGEST = 10.0
LINGER = 0.3
RESET = struct.pack("ii", 1, 0)
FATES = ("through", "in pieces", "reset before", "reset after", "half", "no end")
"""What may become of a connection."""


class BadLine:
    """Listens, and hands each connection on to ``port``; ``bad`` False: whole and in order."""

    def __init__(self, port: int, random: Random) -> None:
        self._to = port
        self._random = random
        self._from = socket.create_server(("127.0.0.1", 0))
        self.number = int(self._from.getsockname()[1])
        self.bad = True
        self.fates: list[str] = []
        self._served, self._news = 0, threading.Condition()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._from.accept()
                fate = self._random.choice(FATES) if self.bad else "through"
                self.fates.append(fate)
                line.settimeout(LONGEST)
                with line, suppress(OSError):
                    self._carry(line, fate)
                with self._news:
                    self._served += 1
                    self._news.notify_all()

    def until_served(self, calls: int) -> None:
        """Wait until what was said in so many connections has gone its way."""
        with self._news:
            assert self._news.wait_for(lambda: self._served >= calls, LONGEST), self.fates

    def _carry(self, line: socket.socket, fate: str) -> None:
        if fate == "reset before":
            line.recv(3)
            _reset(line)
            return
        said = _all_of(line)
        with socket.create_connection(("127.0.0.1", self._to), timeout=LONGEST) as on:
            if fate == "half":
                on.sendall(said[: len(said) // 2])
                _reset(on)
                _reset(line)
                return
            for piece in (
                [said] if fate != "in pieces" else [said[at : at + 9] for at in range(0, len(said), 9)]
            ):
                on.sendall(piece)
            on.shutdown(socket.SHUT_WR)
            _all_of(on)
        if fate == "reset after":
            _reset(line)
        elif fate == "no end":
            still_open = line.dup()  # it has ended its side, and waits for ours
            threading.Timer(2 * LINGER, still_open.close).start()

    def close(self) -> None:
        with suppress(OSError):
            self._from.shutdown(socket.SHUT_RDWR)
        self._from.close()
        self._thread.join(LONGEST)


def _all_of(line: socket.socket) -> bytes:
    came = b""
    while more := line.recv(65536):
        came += more
    return came


def _reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    line.close()


@dataclass
class Lines(Post):
    """Messages between the two offices go by TCP, each until it is known to be taken; the rest is mail."""

    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311  # to be played again, not guessed
    verdicts: list[str] = field(default_factory=list)
    bad: bool = True
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _came: list[Carried] = field(default_factory=list)
    _ends: list[Callable[[], None]] = field(default_factory=list)
    _out: dict[str, TcpOut] = field(default_factory=dict)
    lines: dict[str, BadLine] = field(default_factory=dict)
    _calls: Counter[str] = field(default_factory=Counter)

    def switches(self) -> dict[str, dict[str, object]]:
        """Open both ports; the settings of each office's partner."""
        found = {}
        for us, them in ((BORROWER, LENDER), (LENDER, BORROWER)):
            line = self.lines[them] = self._opened(them, us)
            settings = PartnerTcp(
                address=f"127.0.0.1:{line.number}", networks=("127.0.0.0/8",), linger=LINGER
            )
            found[us] = {"transport": "tcp", "tcp": settings}
            sending = Sending(
                Config(partner=(partner_of(them, **found[us]),)), lambda: BEGIN, _none, OpenLines()
            )
            self._out[us] = TcpOut(sending)
        return found

    def _opened(self, us: str, them: str) -> BadLine:
        def keep(letters: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
            kept: Future[list[StoredLetter]] = Future()
            envelope = Envelope(address_of(them), address_of(us), TCP)
            with self._guard:
                self._came += [Carried(envelope, one.raw, them, one.received_at, TCP) for one in letters]
            kept.set_result([StoredLetter(0, new=True) for _ in letters])
            return kept

        admitted = Partner(symbol=them, address=address_of(them), tcp=PartnerTcp(networks=("127.0.0.0/8",)))
        listener = TcpListener(ListenTcp(port=0), (admitted,), keep, lambda: BEGIN, OpenLines())
        line = BadLine(listener.start(), self.random)
        self._ends += [line.close, listener.stop]
        return line

    def post(self, envelope: Envelope, raw: bytes, name: str, now: datetime) -> None:
        if envelope.transport != TCP:
            super().post(envelope, raw, name, now)
            return
        self.letters += 1
        us = name.partition(" ")[0]
        for line in self.lines.values():
            line.bad = self.bad
        to = LENDER if us == BORROWER else BORROWER
        while True:
            self._calls[to] += 1
            try:
                self.verdicts.append(self._out[us].send(envelope, raw, name))
                return
            except TryLater:
                self.verdicts.append("not sent")
            except InDoubt:
                self.verdicts.append("in doubt")
            finally:
                self.lines[to].until_served(self._calls[to])

    def arrived(self, now: datetime) -> list[Carried]:
        with self._guard:
            came, self._came = self._came, []
        self.under_way += came
        return super().arrived(now)

    def close(self) -> None:
        for end in self._ends:
            end()


def _none(_letters: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
    raise AssertionError("nobody answers on our connections here")
