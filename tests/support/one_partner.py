"""A house with one partner, and what that partner is sent when staff act: by the real stations.

Each action is made in a request of its own, which staff have brought to where it makes sense.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from mailproc.errors import LocalFault
from mailproc.flow.advance.steps import StepOutcome
from mailproc.ill.apdu import Apdu, IllAnswer
from mailproc.ill.terms import Role
from mailproc.mail.channel import HTTP_ANSWER, SLNP
from mailproc.mail.letter import Letter
from mailproc.mail.parse import parse
from mailproc.office.mailroom import incoming
from mailproc.office.requests import lend
from mailproc.protocols.slnp import wire
from mailproc.sentence import Sentence
from mailproc.store.inbox import NewLetter
from tests.servers.ill_hub import IllHub
from tests.support import configuration
from tests.support.configuration import Account
from tests.support.world import World

PARTNER, PEOPLE = "IT-XX0002", "people@partner.example"
REQUEST = "request"
LETTER, NOTHING, PAGE, NOT_POSSIBLE = "letter", "nothing", "its page", "not possible"
TOLD = {"letter-to-people": LETTER, "nothing-sent": NOTHING, "slnp-by-hand": PAGE}
"""What `act` tells staff, where no message goes."""

BEFORE: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "receive": (("ship", True),),
    "return": (("ship", True), ("receive", False)),
    "renew": (("ship", True), ("receive", False)),
    "check-in": (("ship", False),),
    "cancel-reply": (("cancel", True),),
    "renew-reply": (("ship", False), ("renew", True)),
    "overdue": (("ship", False),),
    "recall": (("ship", False),),
}
"""What comes before an action, and whether it is the partner's, who tells it by telephone."""
_ORDER = re.compile(r"^TX\S+ (.+)$", re.MULTILINE)
_STATUS = re.compile(rb"^Status:(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class System:
    """A partner's system as config.toml names it.

    ``values``: keys of the partner; ``more``: its sections; ``house``: sections of ours; ``accounts``: their
    directions; ``us``: our symbol.
    """

    codec: str
    values: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    house: str = ""
    accounts: tuple[str, ...] = ()
    symbol: str = PARTNER
    us: str = "XX-LIBRARY"

    def lines(self) -> str:
        """Return what stands in config.toml about it."""
        known = [Account(one, f"99-000{at}", "TEST_XX_BL") for at, one in enumerate(self.accounts, 1)]
        roles = ["REQUESTER", "RESPONDER"]
        return self.house + configuration.partner(
            self.symbol, PEOPLE, *known, more=self.more, codec=self.codec, roles=roles, **self.values
        )


@dataclass
class OnePartner:
    system: System
    world: World
    hub: IllHub = field(default_factory=IllHub)
    orders: int = 0
    last: StepOutcome | None = None

    def said(self, role: Role, action: str) -> str:
        """Do it in a request of its own; return the name of the message that left, or a word from above."""
        if action == REQUEST:
            return self._asked()
        number = self._borrowed() if role is Role.REQUESTER else self._lent()
        for done, heard in BEFORE.get(action, ()):
            self._act(number, done, heard_by="phone" if heard else "")
        before = len(self._sent())
        outcome = self._act(number, action)
        went = self._went(before)
        assert _told(outcome) == (went if went in TOLD.values() else "message"), outcome.words
        return went

    def _asked(self) -> str:
        before = len(self._sent())
        try:
            self.world.place(self.system.symbol)
        except LocalFault:
            assert len(self._sent()) == before
            return NOT_POSSIBLE
        return self._went(before)

    def _went(self, before: int) -> str:
        """Return what has left since there were ``before`` letters: one at most."""
        letters = self._sent()[before:]
        if not letters:
            return PAGE if self._is_for_the_page() else NOTHING
        (row,) = letters
        assert (row["state"], row["rcpt_to"]) == ("handed_over", PEOPLE)
        letter = parse(row["raw"])
        name = self._name(letter)
        assert row["transport"] == ("mail" if name == LETTER else self.system.values.get("transport", "mail"))
        return name

    def _is_for_the_page(self) -> bool:
        return self.last is not None and _told(self.last) == PAGE

    def _name(self, letter: Letter) -> str:
        """Return what a reader of the partner's protocol makes of it."""
        if sent := [found[1] for part in letter.parts if (found := _STATUS.search(part.content))]:
            return sent[0].decode()
        codec = self.world.app.context.registry.by_name(self.system.codec)
        if not codec.recognise(letter):
            return LETTER
        if self.system.codec == "artemail" and (order := _ORDER.search(letter.text)):
            return order[1]
        (apdu,) = codec.decode(letter).apdus
        return (apdu.reply_code or _name(apdu)).partition("*")[0]

    def _act(self, number: str, action: str, **more: Any) -> StepOutcome:
        self.world.later(hours=1)
        if action.endswith("-reply"):
            more["answer"] = True
        if action == "unfilled":
            more["reason"] = "not-owned"
        self.last = self.world.act(number, action, anyway=True, **more)
        return self.last

    def _sent(self) -> list[dict[str, Any]]:
        return [row for row in self.world.rows("outgoing") if row["partner"] == self.system.symbol]

    def _borrowed(self) -> str:
        """A request of ours that the partner has."""
        if self.system.codec == "slnp":
            return self._ordered_in_the_portal()
        number = self.world.place(self.system.symbol)
        if self.system.codec == "illsbn":
            self._numbered()
        return number

    def _ordered_in_the_portal(self) -> str:
        """The door takes an order of our reader, as a letter."""
        self.orders += 1
        order = (
            "SLNPFLBestellung\nBsTyp:PFL\nSigelNB:XX-LIBRARY\nBenutzerNummer:4711\nTitel:A book\n"
            f"BestellId:{self.orders}\nSLNPEndCommand\n"
        )
        now = self.world.now
        raw = wire.letter(order.encode(), f"order{self.orders}", PEOPLE, format_datetime(now))
        self._in(NewLetter(SLNP, raw, now, peer="127.0.0.1", login=self.system.symbol))
        return str(self.world.rows("request")[-1]["number"])

    def _numbered(self) -> None:
        """The hub answers our request with its number, as the transport keeps it."""
        row = self._sent()[-1]
        document = next(part.content for part in parse(row["raw"]).parts if part.media_type.endswith("xml"))
        answer = self.hub.take(document)
        self._in(
            NewLetter(HTTP_ANSWER, answer, self.world.now, rcpt_to=f"O{row['id']}", login=self.system.symbol)
        )

    def _in(self, letter: NewLetter) -> None:
        incoming.take_in(self.world.store, [letter])
        self.world.run()

    def _lent(self) -> str:
        """A request of theirs, as staff enter it."""
        self.orders += 1
        wanted = {"as": "lender", "service": "LOAN", "item": {"title": "A book of ours"}}
        order = lend.read(wanted | {"their_number": str(900_000 + self.orders)}, (self.system.symbol,))
        entered = lend.enter(self.world.store, self.world.app.context, order, anyway=True)
        self.world.run()
        return entered.number


def _told(outcome: StepOutcome) -> str:
    """Return what staff were told: a word from above, or "message"."""
    codes = [one.code for one in outcome.words if isinstance(one, Sentence)]
    (told,) = [
        TOLD.get(code, "message") for code in codes if code in TOLD or code in ("message-to", "message-by")
    ]
    return told


def _name(apdu: Apdu) -> str:
    """Return "Cancel-Reply", "ILL-Answer unfilled"."""
    words = ["ILL" if word == "ILL" else word.capitalize() for word in apdu.type.name.split("_")]
    said = f" {apdu.results.name.lower().replace('_', '-')}" if isinstance(apdu, IllAnswer) else ""
    return "-".join(words) + said
