"""Two whole mailprocs in one process: real stations, real stores, real letters; time and post are ours.

An ``Office`` is one of them. A ``Town`` has several, the post between them and the clock on
the wall. Staff act through the office layer, letters leave through the seam that the daemon
uses and come in through the store's door, so that all is parsed, proven and decoded for real.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mailproc.app.build import House
from mailproc.app.daemon import work_once
from mailproc.config import Config, Deliver, Library, Partner, Policy
from mailproc.config import Store as StoreSection
from mailproc.flow import clock, send
from mailproc.flow.advance import Outcome
from mailproc.flow.premises import Premises
from mailproc.flow.verify import Verified, verify
from mailproc.ill.terms import Role
from mailproc.mail.letter import Envelope
from mailproc.notices.catalogue import NOTICES
from mailproc.office import acts, mailroom, place, questions
from mailproc.office.acts import Act
from mailproc.protocols import registry
from mailproc.protocols.artemail.contracts import CONTRACTS
from mailproc.store import inbox
from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder

from .json_codec import JsonCodec
from .post import Carried, Post

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BORROWER, LENDER, SECOND = "XX-BORROWER", "XX-LENDER", "XX-SECOND"


def address_of(symbol: str) -> str:
    return f"ill@{symbol.lower().removeprefix('xx-')}.example"


def partner_of(symbol: str, **more: Any) -> Partner:
    """Another office as config.toml has it; to each other all are borrowers and lenders."""
    roles = (Role.REQUESTER, Role.RESPONDER)
    return Partner(symbol=symbol, name=symbol, address=address_of(symbol), codec="iso10161", roles=roles, **more)


@dataclass
class Office:
    symbol: str
    house: House
    post: Post

    @property
    def address(self) -> str:
        return address_of(self.symbol)

    @property
    def store(self) -> Store:
        return self.house.store

    # the stations

    def work(self) -> int:
        """All stations until nothing is due; how much was done."""
        done = 0
        while once := work_once(self.house) + send.run(self.store, self.house.premises, self._deliver):
            done += once
        return done

    def tick(self) -> int:
        """The clock looks; how many timers were due."""
        return clock.sweep(self.store, self.house.premises)

    def _deliver(self, envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
        self.post.post(envelope, raw, f"{self.symbol} {name}", self.house.premises.clock())
        return "handed_over", "250 queued"

    def take_in(self, letters: Sequence[Carried]) -> None:
        """By the listener's door."""
        now = self.house.premises.clock()
        new = [
            NewLetter(
                door="listener",
                raw=letter.raw,
                received_at=now,
                mail_from=letter.envelope.mail_from,
                rcpt_to=letter.envelope.rcpt_to,
                peer="127.0.0.1",
            )
            for letter in letters
        ]
        self.store.write(lambda connection: inbox.keep(connection, new))

    # staff

    def ask(self, *partners: str, service: str = "LOAN", title: str = "A book", **more: Any) -> str:
        item = {"title": title, "author": "Somebody"}
        if service == "COPY":
            item = {"title": "A journal", "article_title": title, "pagination": "1-9"}
        reader = {"id": "R1", "name": "A Reader", "email": "r@readers.example"}
        value = {"service": service, "item": item, "patron": reader} | more
        return place.place(self.store, self.house.premises, place.read(value, partners), "clerk")

    def act(self, number: str, action: str, **more: Any) -> Outcome:
        return acts.perform(self.store, self.house.premises, Act(action=action, number=number, **more))

    # questions

    def shown(self, number: str) -> questions.Shown:
        with self.store.read() as connection:
            return questions.shown(connection, number)

    def state(self, number: str) -> str:
        return self.shown(number).line.state

    def listed(self) -> list[questions.Line]:
        with self.store.read() as connection:
            return questions.listed(connection, questions.Filter(limit=10_000))

    def theirs(self, number: str, partner: str = BORROWER) -> str:
        """Our number (L1) of what ``partner`` calls B1, its latest attempt."""
        found = [line for line in self.listed() if line.partner == partner and self._is(line, number)]
        assert found, f"{self.symbol} has nothing that {partner} calls {number}"
        return found[-1].number

    def _is(self, line: questions.Line, number: str) -> bool:
        named = self.shown(line.number).transaction or {}
        return line.role == Role.RESPONDER and named.get("tgq") == number

    def shelf(self) -> dict[str, str]:
        """What lies on the shelf: id to reason."""
        with self.store.read() as connection:
            return {line.id: line.note for line in mailroom.shelved(connection)}

    def verify(self) -> Verified:
        with self.store.read() as connection:
            return verify(connection)


@dataclass
class Town:
    """The offices by symbol, the post, and the time."""

    post: Post
    now: datetime = BEGIN
    offices: dict[str, Office] = field(default_factory=dict)
    people: list[Carried] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def __getitem__(self, symbol: str) -> Office:
        return self.offices[symbol]

    def settle(self) -> None:
        """Every office works and the post goes round until all is quiet now."""
        while self.round():
            pass

    def round(self) -> bool:
        """Every office works, then the post comes once."""
        done = sum(office.work() for office in self.offices.values())
        arrived = self.post.arrived(self.now)
        for office in self.offices.values():
            mine = [letter for letter in arrived if letter.envelope.rcpt_to == office.address]
            if mine:
                office.take_in(mine)
        known = {office.address for office in self.offices.values()}
        self.people += [letter for letter in arrived if letter.envelope.rcpt_to not in known]
        return bool(done or arrived)

    def pass_time(self, **much: float) -> None:
        """Time goes by; then the mail comes, and after it the clocks look."""
        self.now += timedelta(**much)
        self.settle()
        while sum(office.tick() for office in self.offices.values()):
            self.settle()

    def days(self, many: int) -> None:
        for _ in range(many):
            self.pass_time(days=1)

    def close(self) -> None:
        for office in self.offices.values():
            office.store.close()


@contextmanager
def town(
    folder: Path, empty_store: Path, post: Post, symbols: Sequence[str] = (BORROWER, LENDER),
    policy: Policy | None = None, **switches: dict[str, Any],
) -> Iterator[Town]:  # fmt: skip
    """Offices that know each other. ``switches`` by symbol: what its partners' settings are to it."""
    made = Town(post)
    try:
        for symbol in symbols:
            file = folder / f"{symbol}.db"
            file.write_bytes(empty_store.read_bytes())
            others = [partner_of(other, **switches.get(symbol, {})) for other in symbols if other != symbol]
            config = Config(
                library=Library(
                    symbol=symbol,
                    name=f"Library {symbol}",
                    email=address_of(symbol),
                    staff=f"staff@{address_of(symbol).partition('@')[2]}",
                ),
                store=StoreSection(url=f"sqlite:///{file}"),
                deliver=Deliver(mode="smtp", host="127.0.0.1", security="none"),
                partner=tuple(others),
                policy=policy or Policy(),
            )
            premises = _premises(config, made)
            made.offices[symbol] = Office(symbol, House(config, premises, Store.open(config.store.url)), post)
        yield made
    finally:
        made.close()


def _premises(config: Config, town: Town) -> Premises:
    known = registry.load(config)
    known = replace(known, codecs=(*known.codecs, JsonCodec()))
    templates = Templates([shipped_folder()], (*NOTICES, *CONTRACTS))
    return Premises(config=config, registry=known, templates=templates, clock=town.clock)
