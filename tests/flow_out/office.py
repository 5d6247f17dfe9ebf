"""The outgoing half of an office on a real store, with a clock that the test moves."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mailproc.app import build, delivery
from mailproc.app.build import App
from mailproc.flow import send
from mailproc.office.mailroom import incoming, redelivery
from mailproc.office.queries import letters
from mailproc.office.queries.letters import LetterLine
from mailproc.office.requests import place
from mailproc.office.wording.request_json import shown_json
from mailproc.store import outgoing
from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter
from tests.support import configuration, history
from tests.support.configuration import Account
from tests.support.desk import Desk, in_english

PASSWORD = "Zq7Pass9"
BL = "orders@bl.example"
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def head(library: str) -> str:
    """``library``: further lines of [library]."""
    town = configuration.library("XX-TOWN", "ill@town.example", "Town Library", staff="desk@town.example")
    listen = configuration.section("listen", enabled=False)
    return f"{town}{library}\n{listen}{configuration.section('templates', site='site')}"


def known_partners(partner: str, account: str) -> dict[str, str]:
    """By symbol. ``partner``, ``account``: further lines of the library and of our account there."""
    ours, second = Account("out", "99-0001", "ART_PASSWORD"), Account("out", "99-0002", "ART_PASSWORD")
    theirs = Account("in", "99-0003", "ART_PASSWORD")
    silent = "[partner.artemail]\nreceipts = false"
    of = configuration.partner
    return {
        "UK-BL": of("UK-BL", BL, ours, name="British Library", more=partner, account=account),
        "UK-TWO": of("UK-TWO", "orders@two.example", second),
        "UK-CUSTOMER": of("UK-CUSTOMER", "ill@customer.example", theirs, roles=["REQUESTER"], more=silent),
    }


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class Office(Desk):
    """Everything a test does: place, act, let the stations run, look."""

    def __init__(self, folder: Path, store: Store, clock: Clock, port: int) -> None:
        self.folder, self.clock, self.port = folder, clock, port
        self._opened = store
        history.remember(store)
        self.site = folder / "site"
        self.site.mkdir(exist_ok=True)
        self._close: Callable[[], None] = lambda: None
        self.configure()

    def configure(
        self,
        mode: str = "smtp",
        library: str = "",
        partner: str = "",
        without: str = "",
        account: str = "",
        connections: int = 1,
    ) -> None:
        """Write config.toml and build anew, as after a restart. ``without``: a partner that is gone;
        ``partner``, ``account``: more lines of the British Library's and of our account there."""
        self.close()
        deliver = configuration.relay(self.port, max_connections=connections)
        if mode != "smtp":
            deliver = deliver.replace('"smtp"', f'"{mode}"')
        partners = {
            symbol: text for symbol, text in known_partners(partner, account).items() if symbol != without
        }
        text = "".join([head(library), deliver, *partners.values()])
        (self.folder / "config.toml").write_text(text)
        context = build.configured(self.folder / "config.toml", self.clock)
        self.app = App(context.config, context, self._opened)
        self.deliver, self._close = delivery.deliverer(
            context.config, self.clock, self.app.keep_now, self.app.lines
        )

    def close(self) -> None:
        self._close()

    def place(self, title: str = "A Book", service: str = "LOAN", **more: Any) -> str:
        value = {"service": service, "item": {"title": title, "author": "Author, A."}, "partners": ["UK-BL"]}
        if service == "COPY":
            value["delivery"] = {"electronic": "reader@town.example"}
        return place.place(
            self.store, self.app.context, place.read(value | more), "tester", anyway=True
        ).number

    def send(self) -> int:
        """The sender until nothing is due any more."""
        done = 0
        while tried := send.run(self.store, self.app.context, self.deliver):
            done += tried
        return done

    def run(self) -> None:
        """All stations until nothing is due."""
        while self.quiet() + self.send():
            pass

    def arrives(self, text: str, subject: str = "Replies", mail_from: str = "orders@bl.example") -> None:
        """A letter of a partner, by hand, and what follows from it up to the prepared letters."""
        head = f"From: {mail_from}\r\nTo: ill@town.example\r\nSubject: {subject}\r\n"
        letter = f"{head}Message-ID: <m{self.clock.now.timestamp()}@x>\r\n\r\n{text}"
        new = NewLetter("inject", letter.encode(), self.clock(), mail_from, "ill@town.example")
        incoming.take_in(self.store, [new])
        self.quiet()

    def show(self, number: str) -> dict[str, Any]:
        return shown_json(self.shown(number))

    def letter(self, number: int) -> dict[str, Any]:
        with self.store.read() as connection:
            row = outgoing.load(connection, number)
        assert row is not None
        return in_english(asdict(row))

    def outbox(self) -> list[LetterLine]:
        with self.store.read() as connection:
            return letters.outbox(connection)

    def redeliver(self, letter_id: str, *, arrived: bool = False) -> str:
        return str(redelivery.redeliver(self.store, letter_id, arrived=arrived).text)

    def template(self, path: str, text: str) -> Path:
        file = self.site / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file
