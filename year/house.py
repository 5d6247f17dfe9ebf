"""Our library: the real stations on a store in a folder, its partners as they are configured."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mailproc.app import build
from mailproc.app.build import App
from mailproc.errors import TryLater
from mailproc.office.mailroom import incoming
from mailproc.store.inbox import NewLetter
from tests.support import configuration
from tests.support.configuration import Account
from tests.support.quick_store import QuickStore
from tests.support.world import Sent, World
from year import days
from year.post import Letter

US, SYMBOL = "ill@library.example", "UK-LIBRARY"
STAFF = "staff@library.example"
DAYS_BEFORE, GRACE_DAYS = 3, 2
BL, BL_ADDRESS, BL_CODE = "UK-BL", "orders@bl.example", "99-0001"
FILES_CODE = "99-0007"
FILES, ISO_C, TOWN_C = "UK-ELM", "UK-FORD", "UK-GLEN"
BORROWERS = (FILES, ISO_C, TOWN_C)
ISO_A, ISO_B, TOWN_A, TOWN_B = "UK-ASH", "UK-BECK", "UK-COLNE", "UK-DEAN"
ADDRESSES = {
    BL: BL_ADDRESS, ISO_A: "ill@ash.example", ISO_B: "ill@beck.example", TOWN_A: "loans@colne.example",
    TOWN_B: "loans@dean.example", FILES: "orders@elm.example", ISO_C: "ill@ford.example",
    TOWN_C: "loans@glen.example",
}  # fmt: skip
ROTAS = (
    *((BL, ISO_A),) * 3, *((BL, TOWN_A),) * 2, (BL, ISO_B, TOWN_B), *((ISO_A, BL),) * 2, (ISO_B, ISO_A, BL),
    (TOWN_A, BL), (TOWN_B, ISO_B),
)  # fmt: skip
"""In which order libraries are asked; what stands here twice is chosen twice as often."""
EXPIRES = (ISO_A,)
"""The rota of what ends by itself: its library knows of such a day."""
SECRET = "YEAR_PASSWORD"
PASSWORD = "PW0001XQ"  # nobody's


@dataclass
class House(World):
    """``heard``: called with each letter as it leaves. ``has_relay``: does our relay take letters?"""

    heard: list[Callable[[Sent], None]] = field(default_factory=list)
    has_relay: bool = True

    def __post_init__(self) -> None:
        self.refuses = self._leaves

    def _leaves(self, sent: Sent) -> bool:
        if not self.has_relay:
            raise TryLater("the relay does not answer")
        for ear in self.heard:
            ear(sent)
        return False

    def take_in(self, letters: list[Letter]) -> None:
        """By the listener, as our relay brings them."""
        new = [
            NewLetter("listener", one.raw, self.now, mail_from=one.sender, rcpt_to=US, peer="127.0.0.1")
            for one in letters
        ]
        if new:
            incoming.take_in(self.store, new)

    def work(self) -> list[Sent]:
        """The stations until nothing is due, then the clock; what has left."""
        self.run()
        while self.tick():
            pass
        left, self.sent = self.sent, []
        return left


def config() -> str:
    policy = configuration.section(
        "policy", reader_days_before=DAYS_BEFORE, grace_days=GRACE_DAYS, copy_ends_shipped=True
    )
    return "".join(
        [
            configuration.library(SYMBOL, US, "Example Library", staff=STAFF),
            configuration.section("store", url="sqlite:///year.db"),
            configuration.relay(),
            policy,
            configuration.partner(
                BL, BL_ADDRESS, Account("out", BL_CODE, SECRET), name="The British Library",
                roles=["RESPONDER"],
                more='[partner.artemail]\nkeywords = { cancel = "CANCEL", renew = "RENEW", chase = "CHASE" }',
            ),
            *(_partner(symbol, "iso10161") for symbol in (ISO_A, ISO_B)),
            *(_partner(symbol, "letter") for symbol in (TOWN_A, TOWN_B)),
            _partner(ISO_C, "iso10161", "REQUESTER"),
            _partner(TOWN_C, "letter", "REQUESTER"),
            _partner(
                FILES, "artemail", "REQUESTER", Account("in", FILES_CODE, SECRET),
                more='[partner.artemail]\nkeywords = { cancel = "CANCEL", renew = "RENEW" }',
            ),
        ]
    )  # fmt: skip


def _partner(symbol: str, codec: str, role: str = "RESPONDER", *accounts: Account, more: str = "") -> str:
    return configuration.partner(
        symbol, ADDRESSES[symbol], *accounts, codec=codec, name=f"Library {symbol}", roles=[role], more=more
    )


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    os.environ[SECRET] = PASSWORD
    file = folder / "config.toml"
    file.write_text(config(), encoding="utf-8")
    holder: list[House] = []
    context = build.configured(file, lambda: holder[0].now)
    store = QuickStore.open(context.config.store.url, base=folder)
    holder.append(House(App(context.config, context, store), days.at(days.BEGIN, days.OPENS)))
    try:
        yield holder[0]
    finally:
        store.close()
