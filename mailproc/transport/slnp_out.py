"""Tell a ZFL what became of an order: one command on a connection of its own, and its answer."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress

from mailproc.config import Config, Partner
from mailproc.errors import GiveUp, InDoubt, TryLater
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.letter import Envelope
from mailproc.mail.parse import parse
from mailproc.protocols.slnp import wire
from mailproc.protocols.slnp.answers import one_line
from mailproc.protocols.slnp.grammar import END, QUIT
from mailproc.sentence import sentence
from mailproc.transport.tls import client_context

LONGEST = 4_096
"""Octets of the lines that are read of one answer."""
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
            line = _connected(partner)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise TryLater(sentence("slnp-no-server", host=info.host, port=info.port, why=why)) from None
        with line:
            lines = _lines(line)
            _before(line, lines, partner)
            return _said(line, lines, command, partner)

    def close(self) -> None:
        """Each message has a connection of its own."""

    def _partner(self, address: str) -> Partner | None:
        wanted = ascii_lower(address)
        return next((one for one in self._partners if ascii_lower(one.address) == wanted), None)


def _connected(partner: Partner) -> socket.socket:
    info = partner.slnp.info
    plain = socket.create_connection((info.host, info.port), info.timeout)
    if not info.tls:
        return plain
    try:
        return client_context().wrap_socket(plain, server_hostname=info.host)
    except OSError:
        plain.close()
        raise


def _before(line: socket.socket, lines: Iterator[str], partner: Partner) -> None:
    """Wait for the greeting, and log in. Nothing was said yet: raise TryLater whatever fails."""
    info = partner.slnp.info
    try:
        if info.greeting:
            _next(lines)
        if info.login:
            line.sendall("".join(f"{one}\n" for one in (*info.login, END)).encode())
            answer = _answer(lines)
            if not answer.startswith(info.ok):
                raise TryLater(sentence("slnp-no-answer", words=one_line(answer)[:200]))
    except (OSError, EOFError) as error:
        why = str(error) or type(error).__name__
        raise TryLater(sentence("slnp-no-server", host=info.host, port=info.port, why=why)) from None


def _said(line: socket.socket, lines: Iterator[str], command: bytes, partner: Partner) -> str:
    try:
        line.sendall(command)
        answer = one_line(_answer(lines))
    except (OSError, EOFError) as error:
        raise InDoubt(sentence("slnp-broken", why=str(error) or type(error).__name__)) from None
    with suppress(OSError):
        line.sendall(f"{QUIT}\n".encode())
    if answer.startswith(partner.slnp.info.ok):
        return answer[:500]
    kind = GiveUp if _REFUSED.match(answer) else InDoubt
    raise kind(sentence("slnp-no-answer", words=answer[:200]))


def _answer(lines: Iterator[str]) -> str:
    """Return the first line that says something; an extra blank line of the answer before is passed over."""
    while not (said := _next(lines)).strip():
        continue
    return said


def _next(lines: Iterator[str]) -> str:
    try:
        return next(lines)
    except StopIteration:
        raise EOFError("it was closed") from None


def _lines(line: socket.socket) -> Iterator[str]:
    rest, size = b"", 0
    while came := line.recv(1024):
        size += len(came)
        *whole, rest = (rest + came).split(b"\n")
        yield from (one.decode("utf-8", "replace") for one in whole)
        if size > LONGEST:
            return
