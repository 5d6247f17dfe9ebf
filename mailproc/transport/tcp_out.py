"""Send APDUs by TCP: one connection for each message, and one at a time to each partner.

The protocol has no acknowledgement. What counts as received is an APDU that comes back, the orderly end of
the other side after ours, or that the other host has acknowledged every octet (tcp(7), TIOCOUTQ).
"""

import ssl
from collections.abc import Callable
from concurrent.futures import TimeoutError as LateError
from datetime import datetime
from threading import Lock
from time import monotonic

from mailproc.config import Config, Partner
from mailproc.errors import GiveUp, InDoubt, MailprocError, Misconfigured, TryLater
from mailproc.mail import apdu_stream
from mailproc.mail.channel import TCP_ANSWER
from mailproc.mail.letter import Envelope
from mailproc.mail.parse import parse
from mailproc.sentence import Part, sentence
from mailproc.store.inbox import NewLetter
from mailproc.transport.incoming import Keep
from mailproc.transport.tcp_call import Broken, Call, NotSent
from mailproc.transport.tls import calling_context
from mailproc.transport.transport import Sending

DOWN = 60.0
"""Seconds for which a host that could not be reached is not tried again."""
ANSWERED = 60.0
"""Seconds in which a partner that answers on the same connection may do so."""
KEEP_TIMEOUT = 30.0


class TcpOut:
    """For several threads."""

    def __init__(self, sending: Sending) -> None:
        self._partners = {one.symbol: Peer(one, sending) for one in sending.config.partner if one.tcp.address}
        self._lines = sending.lines

    def send(self, envelope: Envelope, raw: bytes, name: str) -> str:  # noqa: ARG002  # a Transport's
        """As ``Transport.send``: an answer goes where the question came, if its sender waits there."""
        peer = self._partners.get(envelope.partner)
        if peer is None:
            raise GiveUp(sentence("tcp-no-address", partner=envelope.partner))
        octets = apdu_stream.in_long_form(apdu_in(raw))
        if peer.waits and self._lines.answer(envelope.answers, octets):
            return "answered on the connection on which it was asked"
        return peer.send(octets)

    def close(self) -> None:
        """Each message has a connection of its own."""


def apdu_in(raw: bytes) -> bytes:
    """Return the APDU in a letter of ours. Raise GiveUp if it holds none."""
    for part in parse(raw).parts:
        if part.text is None and not apdu_stream.why_not_whole(part.content):
            return part.content
    raise GiveUp(sentence("tcp-no-message"))


class Peer:
    """One partner's system. ``waits``: for answers on its own connections."""

    def __init__(self, partner: Partner, sending: Sending) -> None:
        self.waits = partner.tcp.answer != "connect"
        self._partner = partner
        self._keep: Keep = sending.keep
        self._clock: Callable[[], datetime] = sending.clock
        self._config = sending.config
        self._alone = Lock()
        self._down_until = 0.0
        self._why_down: Part = ""

    def send(self, octets: bytes) -> str:
        """Call and write. Raise TryLater, InDoubt."""
        with self._alone:
            if monotonic() < self._down_until:
                raise TryLater(self._why_down)
            try:
                return self._called(octets)
            except NotSent as trouble:
                self._down_until = monotonic() + DOWN
                self._why_down = self._said("tcp-not-sent", trouble)
                raise TryLater(self._why_down) from None
            except Broken as trouble:
                raise InDoubt(self._said("tcp-in-doubt", trouble)) from None

    def _called(self, octets: bytes) -> str:
        settings = self._partner.tcp
        with Call(settings, tls_of(self._partner, self._config)) as call:
            call.write(octets)
            within = ANSWERED if settings.answer == "same" else settings.linger
            return call.ended(within, lambda apdu: self._keep_answer(apdu, call.peer))

    def _keep_answer(self, apdu: bytes, peer: str) -> None:
        """Store what came back, as what comes by our own port. Raise InDoubt: then all goes once more."""
        letter = NewLetter(TCP_ANSWER, apdu, self._clock(), peer=peer, login=self._partner.symbol)
        try:
            self._keep([letter]).result(KEEP_TIMEOUT)
        except (MailprocError, LateError) as error:
            raise InDoubt(
                sentence("tcp-answer-not-kept", partner=self._partner.symbol, why=str(error))
            ) from None

    def _said(self, code: str, trouble: Exception) -> Part:
        why = trouble.args[0]
        return sentence(code, partner=self._partner.symbol, address=self._partner.tcp.address, why=why)


def tls_of(partner: Partner, config: Config) -> ssl.SSLContext | None:
    """TLS towards this partner, where it is configured. Raise TryLater: staff repair the files."""
    tcp = partner.tcp
    if not tcp.tls:
        return None
    try:
        return calling_context(*config.files(tcp.tls_cert, tcp.tls_key, tcp.tls_authority))
    except Misconfigured as error:
        raise TryLater(sentence("tcp-no-tls", partner=partner.symbol, why=str(error))) from None
