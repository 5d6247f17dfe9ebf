"""One house that speaks ISO 10161 with its partners; the test is the other side of each letter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mailproc.config import Library, Partner
from mailproc.ill import apdu_json
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.compose import compose
from mailproc.mail.parse import parse
from mailproc.protocols import registry
from mailproc.protocols.codec import Wire
from tests.support import history

US, LENDER, SECOND, BORROWER = "XX-LIBRARY", "XX-LENDER", "XX-SECOND", "XX-BORROWER"
MAIL = {
    LENDER: "ill@lender.example",
    SECOND: "ill@second.example",
    BORROWER: "ill@borrower.example",
    "XX-HUB": "ill@library.example",
}
T0 = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001  # the partners' wall clocks: no zone on the wire


def partner(symbol: str, **more: Any) -> Partner:
    roles = (Role.REQUESTER, Role.RESPONDER)
    known = {"name": f"Library {symbol}", "address": MAIL[symbol], "codec": "iso10161", "proof": ("none",)}
    return Partner(symbol=symbol, roles=roles, **(known | more))


@dataclass
class Iso:
    """``world``: the house. ``said`` and ``heard`` speak in JSON of APDUs."""

    world: Any
    times: datetime = T0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world, name)

    # the partner's letters

    def hears(
        self, kind: str, of: str = LENDER, transaction: Any = None, run: bool = True, **said: Any
    ) -> int:
        """A letter of ``of`` comes; its service time is a second after the last, unless it is told."""
        self.times += timedelta(seconds=1)
        apdu = {
            "type": kind,
            "transaction": transaction or self.id_of_ours(),
            "sent_at": self.times.isoformat(),
        }
        return self.letter_of(of, apdu | said, run=run)

    def letter_of(
        self, of: str, apdu: dict[str, Any], run: bool = True, sender: str = "", envelope: str = "",
        change: Callable[[bytes], bytes] = bytes,
    ) -> int:  # fmt: skip
        """The letter as that library's own program would write it; ``change`` happens to its bytes."""
        self.world._count += 1
        sender = sender or MAIL[of]
        asked_here = apdu["transaction"].get("initial_requester") != US
        borrows = asked_here or ApduType[apdu["type"]].said_by is Role.REQUESTER
        role = Role.REQUESTER if borrows else Role.RESPONDER
        us = Partner(symbol=US, address="ill@library.example", codec="iso10161")
        wire = Wire(Library(symbol=of, email=MAIL.get(of, sender)), us, role)
        written = self.codec.encode([apdu_json.from_json(apdu)], wire, self.world.app.context.templates)
        assert written.body is not None, written.held
        name = f"iso{self.world._count}@{sender.partition('@')[2]}"
        to, date = ["ill@library.example"], self.world.now
        raw = compose(written.body, sender=sender, sender_name=of, to=to, message_id=name, date=date)
        number: int = self.world.inject(change(raw), envelope or sender)
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
                if self.codec.recognise(parse(letter.raw))]  # fmt: skip

    def kinds(self) -> list[str]:
        return [apdu["type"] for apdu in self.said()]

    def last(self) -> dict[str, Any]:
        return self.said()[-1]

    @property
    def codec(self) -> Any:
        return self.world.app.context.registry.by_name("iso10161")

    def read(self, raw: bytes) -> dict[str, Any]:
        return dict(apdu_json.to_json(self.codec.decode(parse(raw)).apdus[0]))


@pytest.fixture
def make_iso(make_world: Callable[..., Any], sqlite_url: str) -> Iterator[Callable[..., Iso]]:
    made: list[Iso] = []

    def make(*partners: Partner, **settings: Any) -> Iso:
        world = make_world(sqlite_url)
        known = partners or (partner(LENDER), partner(SECOND), partner(BORROWER))
        config = world.app.config.model_copy(update={"partner": known} | settings)
        codecs = registry.load(config)
        context = replace(world.app.context, config=config, make_registry=lambda: codecs)
        world.app = replace(world.app, config=config, context=context)
        made.append(Iso(world))
        return made[-1]

    yield make
    for iso in made:
        with history.noted(iso.store):
            assert iso.verify().differences == ()


@pytest.fixture
def iso(make_iso: Callable[..., Iso]) -> Iso:
    return make_iso()
