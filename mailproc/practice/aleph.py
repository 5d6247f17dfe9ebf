"""A library whose Aleph is reached by TCP: as the neighbour, but its messages are bare and go by a socket."""

from datetime import datetime
from types import MappingProxyType

from mailproc.config import PartnerTcp
from mailproc.mail import received
from mailproc.mail.channel import TCP
from mailproc.mail.letter import Envelope, Letter
from mailproc.mail.parse import parse
from mailproc.practice.neighbour import Neighbour
from mailproc.practice.supplier import Answer
from mailproc.store.inbox import NewLetter
from mailproc.transport.tcp_out import apdu_in

SYMBOL, NAME = "PRACTICE-ALEPH", "University Library (practice)"
ADDRESS = "ill@university.practice.example"
DIALECT = "aleph"

_HERE = "127.0.0.1"
_UNSAID = "ill@borrower.practice.example"
"""For letters to people of the borrower: a bare message does not say who they are."""


class Aleph(Neighbour):
    """``take`` is given the octets of one message."""

    symbol, name, address = SYMBOL, NAME, ADDRESS
    line = MappingProxyType(
        {"transport": TCP, "tcp": PartnerTcp(address=f"{_HERE}:1611", networks=(f"{_HERE}/32",))}
    )

    def _who_asks(self, raw: bytes) -> tuple[str, str]:
        symbol, _ = super()._who_asks(raw)
        return symbol, _UNSAID

    def _read(self, raw: bytes) -> Letter:
        return received.letter(raw, TCP)

    def _new_letter(self, raw: bytes, at: datetime) -> NewLetter:
        return NewLetter(TCP, raw, at, peer=_HERE)

    def _answer(self, envelope: Envelope, raw: bytes) -> Answer:
        if envelope.transport != TCP:
            return super()._answer(envelope, raw)
        octets = apdu_in(raw)
        return Answer(
            self.address, envelope.rcpt_to, parse(raw).subject, "", "message", raw=octets, bare=True
        )
