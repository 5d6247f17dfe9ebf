"""What a library that speaks ISO 10161 does with letters: read ours, write its own, as its program would."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mailproc.config import Library, Partner
from mailproc.flow.context import Context
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Role, TransactionId
from mailproc.mail.compose import compose
from mailproc.mail.parse import parse
from mailproc.protocols.codec import Wire
from tests.support.world import Sent
from year import house
from year.post import Letter


@dataclass
class IsoWire:
    """``symbol``, ``address``: of the library; ``role``: its part. Its clock never says one time twice."""

    symbol: str
    address: str
    role: Role
    context: Context
    letters: int = 0

    def read(self, sent: Sent) -> Apdu | None:
        """Return what we said; None for a letter to its people."""
        letter = parse(sent.raw)
        codec = self.context.registry.by_name("iso10161")
        return codec.decode(letter).apdus[0] if codec.recognise(letter) else None

    def written(self, kind: type[Apdu], named: TransactionId, now: datetime, **said: Any) -> Letter:
        """Return the letter with one message."""
        self.letters += 1
        at = now.replace(tzinfo=None) + timedelta(seconds=self.letters % 40_000)
        lends = self.role is Role.RESPONDER
        ends: dict[str, Any] = {"responder" if lends else "requester": self.symbol}
        ends["requester" if lends else "responder"] = house.SYMBOL
        apdu = kind(transaction=named, sent_at=at, **ends, **said)
        us = Partner(symbol=house.SYMBOL, address=house.US, codec="iso10161")
        wire = Wire(Library(symbol=self.symbol, email=self.address), us, self.role)
        codec = self.context.registry.by_name("iso10161")
        body = codec.encode([apdu], wire, self.context.templates).body
        if body is None:
            raise RuntimeError(f"{kind.__name__} cannot be written")
        name = f"{self.letters}.iso@{self.address.partition('@')[2]}"
        to = [house.US]
        raw = compose(body, sender=self.address, sender_name=self.symbol, to=to, message_id=name, date=now)
        return Letter(self.address, raw)


def repeated(apdu: Apdu) -> bool:
    """Return whether a message says that it is a repeat."""
    return apdu.original_sent_at is not None


def named(apdu: Apdu) -> TransactionId:
    """Return which transaction a message is about."""
    if apdu.transaction is None:
        raise RuntimeError("a message about nothing")
    return replace(apdu.transaction)
