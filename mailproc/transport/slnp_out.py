"""Tell a ZFL what became of an order: one command on a connection of its own, and its answer.

All of it, from looking up the server's name on, has [partner.slnp.info] timeout: a server that drips holds
nobody up.
"""

import re
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from mailproc.config import Config, Partner
from mailproc.config_slnp import SlnpInfo
from mailproc.errors import GiveUp, InDoubt, TryLater
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.letter import Envelope
from mailproc.mail.parse import parse
from mailproc.protocols.slnp import wire
from mailproc.protocols.slnp.answers import one_line
from mailproc.protocols.slnp.grammar import QUIT
from mailproc.protocols.slnp.info import login
from mailproc.sentence import sentence
from mailproc.transport.connecting import connected
from mailproc.transport.tls import client_context

LONGEST = 4_096
"""Octets of the lines that are read of one answer."""
SHOWN = 200
"""Characters of an answer that are kept."""
_REFUSED = re.compile(r"5\d\d\b")


class SlnpOut:
    """For several threads."""

    def __init__(self, config: Config) -> None:
        self._partners = [one for one in config.partner if one.transport == "slnp"]

    def send(self, envelope: Envelope, raw: bytes, name: str) -> str:  # noqa: ARG002
        """Send the command of the letter. Raise as ``Transport.send``."""
        command = wire.command_of(parse(raw))
        partner = self._partner(envelope.rcpt_to)
        if command is None or partner is None:
            raise GiveUp(sentence("slnp-no-partner", address=envelope.rcpt_to))
        info = partner.slnp.info
        try:
            line = _Line(info)
        except (OSError, ValueError) as error:  # no name of the network is a ValueError
            why = getattr(error, "strerror", "") or type(error).__name__
            raise TryLater(sentence("slnp-no-server", host=info.host, port=info.port, why=why)) from None
        with line:
            _before(line, info)
            return _said(line, command, info)

    def close(self) -> None:
        """Each message has a connection of its own."""

    def _partner(self, address: str) -> Partner | None:
        wanted = ascii_lower(address)
        return next((one for one in self._partners if ascii_lower(one.address) == wanted), None)


class _Line:
    """A connection that lasts ``info.timeout`` seconds. Raise OSError, also TimeoutError, and ValueError."""

    def __init__(self, info: SlnpInfo) -> None:
        self._until = time.monotonic() + info.timeout
        self._socket = connected(info.host, info.port, info.timeout, info.timeout)
        self._rest, self._size = b"", 0
        if not info.tls:
            return
        try:
            self._socket = safe = client_context().wrap_socket(
                self._socket, server_hostname=info.host, do_handshake_on_connect=False
            )
            self._limit()
            safe.do_handshake()
        except (OSError, ValueError):
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def say(self, octets: bytes) -> None:
        """Send it all."""
        self._limit()
        self._socket.sendall(octets)

    def next(self) -> str:
        """Return the next line. Raise EOFError where none comes, or too much."""
        while b"\n" not in self._rest:
            self._limit()
            came = self._socket.recv(1024)
            self._size += len(came)
            if not came or self._size > LONGEST:
                raise EOFError("it was closed" if not came else "its answer is too long")
            self._rest += came
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace")

    def answer(self) -> str:
        """Return the first line that says something; an extra blank one of the answer before is passed by."""
        while not (said := self.next()).strip():
            continue
        return said

    def _limit(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("it took too long")
        self._socket.settimeout(left)


def _before(line: _Line, info: SlnpInfo) -> None:
    """Wait for the greeting, and log in. Nothing was said yet: raise TryLater whatever fails."""
    try:
        if info.greeting:
            line.next()
        if info.login:
            line.say(login(info))
            answer = line.answer()
            if not answer.startswith(info.ok):
                raise TryLater(sentence("slnp-no-answer", words=_words(answer, info)))
    except (OSError, EOFError) as error:
        why = str(error) or type(error).__name__
        raise TryLater(sentence("slnp-no-server", host=info.host, port=info.port, why=why)) from None


def _said(line: _Line, command: bytes, info: SlnpInfo) -> str:
    try:
        line.say(command)
        answer = line.answer()
    except (OSError, EOFError) as error:
        raise InDoubt(sentence("slnp-broken", why=str(error) or type(error).__name__)) from None
    with suppress(OSError):
        line.say(f"{QUIT}\n".encode())
    if answer.startswith(info.ok):
        return _words(answer, info)
    kind = GiveUp if _REFUSED.match(answer) else InDoubt
    raise kind(sentence("slnp-no-answer", words=_words(answer, info)))


def _words(answer: str, info: SlnpInfo) -> str:
    """Return an answer in one line and without our password, which a chatty server might echo."""
    secret, said = info.password.get_secret_value(), one_line(answer)
    return (said.replace(secret, "…") if secret else said)[:SHOWN]
