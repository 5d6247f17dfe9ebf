"""One house that speaks ISO 10161 with its partners; the test is the other side of each letter."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from mailproc.config import Partner
from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Body, Letter, Part
from mailproc.mail.parse import parse
from mailproc.protocols.codec import Decoded, Encoded, Held, Manner, Renderer, Wire

US, LENDER, SECOND, BORROWER = "XX-LIBRARY", "XX-LENDER", "XX-SECOND", "XX-BORROWER"
MAIL = {
    LENDER: "ill@lender.example",
    SECOND: "ill@second.example",
    BORROWER: "ill@borrower.example",
    "XX-HUB": "ill@library.example",
}
T0 = datetime(2026, 3, 2, 10, 0)  # the partners' wall clocks


@dataclass
class JsonCodec:
    """A stand-in for a wire format: one APDU as JSON in a part of its own."""

    unable: dict[str, Manner] = field(default_factory=dict)
    name = "iso10161"
    repeat_safe = True

    def batched(self, dialect: str) -> bool:
        return False

    def recognise(self, letter: Letter) -> bool:
        return any(part.media_type == "application/json" for part in letter.parts)

    def decode(self, letter: Letter) -> Decoded:
        try:
            said = [json.loads(one.content) for one in letter.parts if one.media_type == "application/json"]
            return Decoded(tuple(apdu_json.from_json(one) for one in said))
        except (ValueError, LocalFault) as fault:
            raise RemoteFault(str(fault)) from fault

    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded:
        said = json.dumps(apdu_json.to_json(apdus[0])).encode()
        rest = tuple(Held(index, "", "one a letter") for index in range(1, len(apdus)))
        return Encoded(Body(f"ILL {apdus[0].type.name}", (Part("application/json", said),)), rest)

    def project(self, apdu: Apdu) -> Apdu:
        return apdu

    def manner(self, apdu_type: ApduType, role: Role, dialect: str, partner: Partner | None = None) -> Manner:
        return self.unable.get(apdu_type.name, Manner.SEND)

    def refuses(self, apdu: Apdu, dialect: str = "") -> str:
        return ""

    def mask(self, raw: bytes) -> bytes:
        return raw

    def unmask(self, raw: bytes, secret: str) -> bytes:
        return raw


def partner(symbol: str, **more: Any) -> Partner:
    roles = (Role.REQUESTER, Role.RESPONDER)
    return Partner(
        symbol=symbol, name=f"Library {symbol}", address=MAIL[symbol], codec="iso10161", roles=roles, **more
    )


@dataclass
class Iso:
    """``world``: the house. ``said`` and ``heard`` speak in JSON of APDUs."""

    world: Any
    codec: JsonCodec
    times: datetime = T0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world, name)

    # the partner's letters

    def hears(self, kind: str, of: str = LENDER, transaction: Any = None, run: bool = True, **said: Any) -> int:
        """A letter of ``of`` comes; its service time is a second after the last, unless it is told."""
        self.times += timedelta(seconds=1)
        apdu = {"type": kind, "transaction": transaction or self.id_of_ours(), "sent_at": self.times.isoformat()}
        return self.letter_of(of, apdu | said, run=run)

    def letter_of(self, of: str, apdu: dict[str, Any], run: bool = True, sender: str = "") -> int:
        letter = EmailMessage()
        self.world._count += 1
        sender = sender or MAIL[of]
        letter["From"], letter["To"], letter["Subject"] = sender, "ill@library.example", apdu["type"]
        letter["Message-ID"] = f"<iso{self.world._count}@{sender.partition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(json.dumps(apdu).encode(), "application", "json")
        number: int = self.world.inject(letter.as_bytes(), sender)
        if run:
            self.world.run()
        return number

    def id_of_ours(self, number: str = "B1-1") -> dict[str, str]:
        request, _, attempt = number.partition("-")
        return {"initial_requester": US, "tgq": request, "tq": attempt}

    def asks(self, tgq: str = "G1", tq: str = "1", of: str = BORROWER, **more: Any) -> dict[str, str]:
        """A partner's request comes; the transaction's name."""
        named = {"initial_requester": of, "tgq": tgq, "tq": tq}
        wanted = {"services": ["LOAN"], "item": {"title": "A book of ours"}, "requester": of, "responder": US}
        self.hears("ILL_REQUEST", of, more.pop("transaction", named), **(wanted | more))
        return named

    # what we said

    def said(self, to: str | None = None) -> list[dict[str, Any]]:
        """Every APDU that left, in order."""
        return [self.read(letter.raw) for letter in self.world.sent if to is None or letter.to == MAIL[to]
                if b"application/json" in letter.raw]  # fmt: skip

    def kinds(self) -> list[str]:
        return [apdu["type"] for apdu in self.said()]

    def last(self) -> dict[str, Any]:
        return self.said()[-1]

    def read(self, raw: bytes) -> dict[str, Any]:
        return apdu_json.to_json(self.codec.decode(parse(raw)).apdus[0])


@pytest.fixture
def make_iso(make_world: Callable[..., Any], sqlite_url: str) -> Iterator[Callable[..., Iso]]:
    made: list[Iso] = []

    def make(*partners: Partner, **settings: Any) -> Iso:
        world = make_world(sqlite_url)
        codec = JsonCodec(settings.pop("unable", {}))
        known = partners or (partner(LENDER), partner(SECOND), partner(BORROWER))
        config = world.house.config.model_copy(update={"partner": known} | settings)
        registry = world.house.premises.registry
        registry = replace(registry, codecs=(*registry.codecs, codec))
        premises = replace(world.house.premises, config=config, registry=registry)
        world.house = replace(world.house, config=config, premises=premises)
        made.append(Iso(world, codec))
        return made[-1]

    yield make
    for iso in made:
        assert iso.verify().differences == ()


@pytest.fixture
def iso(make_iso: Callable[..., Iso]) -> Iso:
    return make_iso()
