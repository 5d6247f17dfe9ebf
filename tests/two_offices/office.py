"""Whole mailprocs in one process: real stations, real stores, real letters; time and post are ours.

An ``Office`` is one of them. A ``Town`` has several, the post between them and the clock on
the wall. Staff act through the office layer, letters leave through the seam that the daemon
uses and come in through the store's door, so that all is parsed, proven and decoded for real.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from mailproc.app.build import App
from mailproc.config import Config, Deliver, Library, Partner, Policy
from mailproc.config import StoreSettings as StoreSection
from mailproc.flow import clock, send
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill import machine
from mailproc.ill.terms import Role, State
from mailproc.mail.channel import LISTENER
from mailproc.mail.letter import Envelope
from mailproc.notices.catalogue import NOTICES
from mailproc.office.queries import find
from mailproc.office.requests import place
from mailproc.protocols import registry
from mailproc.protocols.artemail.write.contracts import CONTRACTS
from mailproc.store import inbox
from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from tests.support import empty_store, history
from tests.support.desk import Desk

from .one_commit import OneCommit
from .post import Carried, Post

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MOST_ROUNDS = 30
BORROWER, LENDER, SECOND = "XX-BORROWER", "XX-LENDER", "XX-SECOND"


def address_of(symbol: str) -> str:
    return f"ill@{symbol.lower().removeprefix('xx-')}.example"


def partner_of(symbol: str, **more: Any) -> Partner:
    """Another office as config.toml has it; to each other all are borrowers and lenders."""
    roles = (Role.REQUESTER, Role.RESPONDER)
    known = {"name": symbol, "codec": "iso10161", "roles": roles, "proof": ("none",)}
    return Partner(symbol=symbol, address=address_of(symbol), **known | more)


@dataclass
class Office(Desk):
    """``idle``: nothing has happened to it since its stations last ran dry."""

    symbol: str
    app: App
    post: Post
    idle: bool = False

    @property
    def address(self) -> str:
        return address_of(self.symbol)

    # the stations

    def work(self) -> int:
        """All stations until nothing is due; how much was done."""
        done = 0
        while not self.idle:
            once = self.step() + send.run(self.store, self.app.context, self._deliver)
            done += once
            self.idle = not once
        return done

    def tick(self) -> int:
        """The clock looks; how many timers were due. What waits for its next try is due too."""
        self.idle = False
        return clock.sweep(self.store, self.app.context)

    def _deliver(self, envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
        self.post.post(envelope, raw, f"{self.symbol} {name}", self.app.context.clock())
        return "handed_over", "250 queued"

    def take_in(self, letters: Sequence[Carried]) -> None:
        """By the door of each."""
        now = self.app.context.clock()
        new = [
            NewLetter(
                door=letter.door,
                raw=letter.raw,
                received_at=now,
                mail_from=letter.envelope.mail_from if letter.door == LISTENER else "",
                rcpt_to=letter.envelope.rcpt_to if letter.door == LISTENER else "",
                peer="127.0.0.1",
            )
            for letter in letters
        ]
        self.idle = False
        self.store.write(lambda connection: inbox.keep(connection, new))

    # staff

    def ask(self, *partners: str, service: str = "LOAN", title: str = "A book", **more: Any) -> str:
        item = {"title": title, "author": "Somebody"}
        if service == "COPY":
            item = {"title": "A journal", "article_title": title, "pagination": "1-9"}
        reader = {"id": "R1", "name": "A Reader", "email": "r@readers.example"}
        self.idle = False
        value = {"service": service, "item": item, "patron": reader} | more
        return place.place(
            self.store, self.app.context, place.read(value, partners), "clerk", anyway=True
        ).number

    def act(self, number: str, action: str, **more: Any) -> StepOutcome:
        self.idle = False
        return super().act(number, action, **more)

    # questions

    def possible(self, number: str) -> tuple[State, tuple[str, ...]]:
        """The state and what may be done in it; quicker than all that ``shown`` tells."""
        with self.store.read() as connection:
            row = find.transaction_of(connection, number)
        where = (row.role, row.service, row.state, row.state_before)
        return row.state, machine.possible(*where)

    def theirs(self, number: str, partner: str = BORROWER) -> str:
        """Our number (L1) of what ``partner`` calls B1."""
        found = self.theirs_or_none(number, partner)
        assert found, f"{self.symbol} has nothing that {partner} calls {number}: {self.shelf()}"
        return found

    def theirs_or_none(self, number: str, partner: str) -> str:
        """The same; '' where it has not come."""
        rows = self.asked(
            "SELECT r.number FROM request r JOIN transactions t ON t.request_id = r.id"
            " WHERE t.role = 'RESPONDER' AND t.partner = :partner AND t.tgq = :number ORDER BY t.id",
            partner=partner,
            number=number,
        )
        return str(rows[-1][0]) if rows else ""

    def asked(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]


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
        """Every office works and the post goes round until all is quiet now; an answer to an answer to
        an answer … is a loop of letters, and an error."""
        rounds = 0
        while self.round():
            rounds += 1
            assert rounds < MOST_ROUNDS, "\n".join(self.last_letters())

    def last_letters(self) -> Iterator[str]:
        """The last that each office said and heard, to tell what goes round."""
        query = (
            "SELECT e.at, r.number, e.type, e.facts, t.state FROM event e JOIN transactions t"
            " ON t.id = e.transaction_id JOIN request r ON r.id = t.request_id ORDER BY e.id DESC LIMIT 10"
        )
        for office in self.offices.values():
            yield f"{office.symbol}:"
            for at, number, kind, facts, state in office.asked(query):
                yield f"    {at} {number} ({state}) {kind} {facts or ''}"[:400]

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

    def days(self, many: int, pace: int = 1) -> None:
        for _ in range(0, many, pace):
            self.pass_time(days=pace)

    def close(self) -> None:
        for office in self.offices.values():
            office.store.close()


@contextmanager
def town(
    folder: Path, post: Post, symbols: Sequence[str] = (BORROWER, LENDER),
    policy: Policy | None = None, kind: type[Store] = OneCommit,
    switches: Mapping[str, dict[str, Any]] = MappingProxyType({}), verp: bool = False,
) -> Iterator[Town]:  # fmt: skip
    """Offices that know each other. ``switches`` by symbol: what its partners' settings are to it.

    ``kind`` of store: by default one that is fast.
    """
    made = Town(post)
    try:
        for symbol in symbols:
            file = folder / f"{symbol}.db"
            empty_store.copy_to(file)
            others = [partner_of(other, **switches.get(symbol, {})) for other in symbols if other != symbol]
            config = Config(
                library=Library(
                    symbol=symbol,
                    name=f"Library {symbol}",
                    email=address_of(symbol),
                    staff=f"staff@{address_of(symbol).partition('@')[2]}",
                ),
                store=StoreSection(url=f"sqlite:///{file}"),
                deliver=Deliver(mode="smtp", host="127.0.0.1", security="none", verp=verp),
                partner=tuple(others),
                policy=policy or Policy(),
            )
            store = kind.open(config.store.url)
            history.remember(store)
            made.offices[symbol] = Office(symbol, App(config, _premises(config, made), store), post)
        yield made
    finally:
        made.close()


def _premises(config: Config, town: Town) -> Context:
    templates = Templates([shipped_folder()], (*NOTICES, *CONTRACTS))
    codecs = registry.load(config)  # before anything is written
    return Context(config, lambda: codecs, lambda: templates, town.clock)
