"""A whole house in one process: the real stations on a real store, a clock that the test sets.

Letters are put into the inbox as the doors do it; what leaves is kept in a list. ``world`` runs
on both databases, ``small_world`` on SQLite alone (where a test makes many of them).
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select
from sqlmodel import SQLModel

from mailproc.app.build import House, build
from mailproc.app.daemon import work_once
from mailproc.errors import GiveUp
from mailproc.flow import advance, clock, send, waiting
from mailproc.flow.advance import Outcome
from mailproc.flow.verify import Verified, verify
from mailproc.ill import timers as rules
from mailproc.ill.apdu import Item
from mailproc.mail.letter import Envelope
from mailproc.office import acts, letters, listing, mailroom, place, questions
from mailproc.office.acts import Act
from mailproc.store import events, find, timers
from mailproc.store.inbox import NewLetter

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
US = "ill@library.example"
BL, SECOND, CUSTOMER, OTHER, NET = "XX-BL", "XX-SECOND", "XX-CUSTOMER", "XX-OTHER", "XX-NET"
ADDRESS = {
    BL: "orders@bl.example",
    SECOND: "orders@second.example",
    CUSTOMER: "ill@customer.example",
    OTHER: "ill@other.example",
    NET: "ill@net.example",
    "XX-HUB": US,
}
CODE = {symbol: f"99-{number:04}" for number, symbol in enumerate(ADDRESS, start=1)}
PASSWORD = {symbol: f"PW{code[-4:]}XQ" for symbol, code in CODE.items()}
GAP = "\n" * 5

HEAD = """
[library]
symbol = "XX-LIBRARY"
name = "Our Library"
email = "ill@library.example"
staff = "staff@library.example"
[store]
url = "{url}"
[deliver]
mode = "smtp"
host = "127.0.0.1"
security = "none"
"""


def partner_lines(symbol: str, roles: Sequence[str], *accounts: str, more: str = "") -> str:
    """A [[partner]] with an account for each direction named."""
    lines = [
        "[[partner]]",
        f'symbol = "{symbol}"',
        f'name = "Library {symbol}"',
        f'address = "{ADDRESS[symbol]}"',
        f"roles = {json.dumps(list(roles))}",
        *(() if "proof =" in more else ('proof = ["none"]',)),
        more,
    ]
    for direction in accounts:
        lines += [
            "[[partner.artemail.account]]",
            f'direction = "{direction}"',
            f'customer_code = "{CODE[symbol]}"',
            f'password = {{ env = "{_variable(symbol)}" }}',
        ]
    return "\n".join(lines)


def _variable(symbol: str) -> str:
    return "TEST_" + symbol.replace("-", "_")


SILENT = "[partner.artemail]\nreceipts = false"
"""The stories count the answers to orders; receipts have stories of their own."""

USUAL = "\n".join(
    [
        partner_lines(BL, ["RESPONDER"], "out"),
        partner_lines(SECOND, ["RESPONDER"], "out"),
        partner_lines(CUSTOMER, ["REQUESTER"], "in", more=SILENT),
        partner_lines(OTHER, ["REQUESTER"], "in", more=SILENT),
    ]
)


@dataclass
class Sent:
    """A letter that left: to whom, its bytes, its name (O12), the envelope's sender."""

    to: str
    raw: bytes
    name: str
    sender: str = US

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace").replace("\r\n", "\n")


@dataclass
class World:
    house: House
    now: datetime = BEGIN
    sent: list[Sent] = field(default_factory=list)
    refuses: Callable[[Sent], bool] = lambda _sent: False
    _count: int = 0

    # time

    def clock(self) -> datetime:
        return self.now

    def later(self, **much: float) -> None:
        self.now += timedelta(**(much or {"minutes": 1}))

    def days(self, many: int) -> int:
        """So many days go by, one after the other; how many timers were due. The stations look on the
        last day, and on every day before on which something has fallen due."""
        fired = 0
        for left in reversed(range(many)):
            self.later(days=1)
            if not left or self._is_due():
                fired += self.tick()
        return fired

    def _is_due(self) -> bool:
        with self.house.store.read() as connection:
            first = timers.next_ones(connection, 1)
            waits = events.waited(connection, self.now, self.now + timedelta(days=1_000), 1)
        return bool(waits) or any(timer["due_at"] <= self.now for timer in first)

    def tick(self) -> int:
        """The clock looks, and all that follows is done; how many timers were due."""
        due = clock.sweep(self.house.store, self.house.premises)
        self.run()
        return due

    # letters in

    def inject(
        self,
        raw: bytes,
        sender: str = ADDRESS[BL],
        door: str = "listener",
        peer: str = "127.0.0.1",
        rcpt_to: str = US,
    ) -> int:
        """Into the inbox, as a door would; its id."""
        letter = NewLetter(door, raw, self.now, mail_from=sender, rcpt_to=rcpt_to, peer=peer)
        return mailroom.take_in(self.house.store, [letter])[0].inbox_id

    def letter(
        self, text: str, sender: str, subject: str = "Replies", message_id: str = "", **headers: str
    ) -> bytes:
        """Each has a Message-ID of its own, so no two are the same letter."""
        self._count += 1
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = sender, headers.pop("To", US), subject
        domain = sender.rpartition("@")[2]
        made["Message-ID"] = f"<{message_id or f'm{self._count}@{domain}'}>"
        made["Date"] = self.now.strftime("%a, %d %b %Y %H:%M:%S +0000")
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(text)
        return made.as_bytes().replace(b"\n", b"\r\n")

    def hear(self, *lines: str, of: str = BL, subject: str = "Replies", run: bool = True, **how: Any) -> int:
        """A status report of ``of``: lines such as "B1-1 NOT"."""
        text = "\n".join([f"REPLIES FOR {CODE[of]}   {self.now:%d-%m-%Y}", "", *lines])
        inbox_id = self.inject(self.letter(text, ADDRESS[of], subject), ADDRESS[of], **how)
        if run:
            self.run()
        return inbox_id

    def ordered(
        self, *orders: str, of: str = CUSTOMER, code: str = "", password: str = "", file_ref: str = "1",
        sender: str = "", run: bool = True, **how: Any,
    ) -> int:  # fmt: skip
        """An order file of ``of``; orders such as "TXC1-1 S LOAN\\nA title"."""
        text = GAP.join([f"{code or CODE[of]}\n{password or PASSWORD[of]}", *orders, "NNNN"])
        sender = sender or ADDRESS[of]
        inbox_id = self.inject(self.letter(text, sender, f"Order file FILEREFNO {file_ref}"), sender, **how)
        if run:
            self.run()
        return inbox_id

    def bounce(self, letter: Sent) -> int:
        """A delivery failure report for one of our letters."""
        text = (
            f"From: MAILER-DAEMON@relay.example\nTo: {US}\nSubject: Undelivered mail\n"
            f"Message-ID: <b{len(self.sent)}-{self._count}@relay.example>\n"
            "MIME-Version: 1.0\nAuto-Submitted: auto-replied\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
            "--x\nContent-Type: text/plain\n\nIt could not be delivered.\n"
            "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n"
            f"Final-Recipient: rfc822; {letter.to}\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 no such user\n\n"
            f"--x\nContent-Type: message/rfc822\n\n{letter.text}\n--x--\n"
        )
        self._count += 1
        inbox_id = self.inject(text.replace("\n", "\r\n").encode(), "")
        self.run()
        return inbox_id

    # the stations

    def run(self) -> None:
        """The stations until nothing is due."""
        while self.step() + send.run(self.house.store, self.house.premises, self._deliver):
            pass

    def step(self) -> int:
        """One round of the stations; no letter leaves."""
        return work_once(self.house)

    def quiet(self) -> None:
        """The stations until nothing is due, but no letter leaves."""
        while self.step():
            pass

    def settle_doubts(self) -> None:
        """Staff ask by telephone whether an order arrived; a notice in doubt goes again by itself."""
        arrived = {sent.name for sent in self.sent}
        for row in self.rows("outgoing"):
            if row["state"] == "in_doubt" and row["partner"]:
                name = f"O{row['id']}"
                mailroom.redeliver(self.house.store, name, arrived=name in arrived)
        self.later(minutes=10)
        self.run()

    def _deliver(self, envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
        letter = Sent(envelope.rcpt_to, raw, name, envelope.mail_from)
        if self.refuses(letter):
            raise GiveUp("550 not here")
        self.sent.append(letter)
        return "handed_over", "250 queued"

    # staff

    def place(
        self, *partners: str, service: str = "LOAN", title: str = "A book", run: bool = True, **more: Any
    ) -> str:
        item = {"title": title} if service == "LOAN" else {"title": "A journal", "article_title": title}
        reader = {"id": "R1", "name": "A Reader", "email": "r@readers.example"}
        wanted = place.read({"service": service, "item": item, "patron": reader} | more, partners or (BL,))
        number = place.place(self.house.store, self.house.premises, wanted, "clerk")
        if run:
            self.run()
        return number

    def act(self, number: str, action: str, run: bool = True, **more: Any) -> Outcome:
        act = Act(action=action, number=number, **more)
        outcome = acts.perform(self.house.store, self.house.premises, act)
        if run:
            self.run()
        return outcome

    def foresee(self, number: str, action: str, **more: Any) -> Outcome:
        return acts.foresee(self.house.store, self.house.premises, Act(action=action, number=number, **more))

    def next(self, number: str, *partners: str, run: bool = True) -> Outcome:
        outcome = place.next_partner(self.house.store, self.house.premises, number, partners, "clerk")
        if run:
            self.run()
        return outcome

    # questions

    def shown(self, number: str) -> questions.Shown:
        with self.house.store.read() as connection:
            return questions.shown(connection, number)

    def state(self, number: str) -> str:
        return self.shown(number).line.state

    def attention(self, number: str) -> tuple[str, ...]:
        return self.shown(number).line.attention

    def events(self, number: str) -> list[str]:
        return [change.event for change in self.shown(number).history]

    def listed(self, **wanted: Any) -> list[str]:
        with self.house.store.read() as connection:
            return [line.number for line in listing.listed(connection, listing.Filter(**wanted))]

    def shelf(self) -> dict[str, str]:
        """What lies on the shelf: id to reason."""
        with self.house.store.read() as connection:
            return {line.id: line.note for line in letters.shelved(connection)}

    def rows(self, table: str) -> list[dict[str, Any]]:
        with self.house.store.read() as connection:
            found = SQLModel.metadata.tables[table]
            order = list(found.primary_key.columns)
            return [dict(row) for row in connection.execute(select(found).order_by(*order)).mappings()]

    def row(self, table: str, row_id: int) -> dict[str, Any]:
        return next(row for row in self.rows(table) if row["id"] == row_id)

    def transaction(self, number: str) -> dict[str, Any]:
        """The row of the latest attempt (or of the one that B1-1 names)."""
        request, _, attempt = number.partition("-")
        request_id = next(row["id"] for row in self.rows("request") if row["number"] == request)
        rows = [row for row in self.rows("transactions") if row["request_id"] == request_id]
        return next(row for row in rows if str(row["attempt"]) == attempt) if attempt else rows[-1]

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table."""
        return {table.name: self.rows(table.name) for table in SQLModel.metadata.sorted_tables}

    def verify(self) -> Verified:
        with self.house.store.read() as connection:
            return verify(connection)

    # letters out

    def to(self, address: str) -> list[Sent]:
        return [letter for letter in self.sent if letter.to == address]

    def notices(self) -> list[Sent]:
        return self.to("staff@library.example")

    def reader(self) -> list[Sent]:
        return self.to("r@readers.example")


@pytest.fixture
def make_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    houses: list[House] = []

    def make(url: str, partners: str = USUAL, more: str = "", now: datetime = BEGIN) -> World:
        for symbol, password in PASSWORD.items():
            monkeypatch.setenv(_variable(symbol), password)
        database = make_url(url)
        if database.password:  # the configuration takes it from nowhere but the environment
            monkeypatch.setenv("PGPASSWORD", str(database.password))
        shown = database._replace(password=None).render_as_string(hide_password=False)
        file = tmp_path / f"config{len(houses)}.toml"
        file.write_text(HEAD.format(url=shown) + more + partners, encoding="utf-8")
        holder: list[World] = []
        house = build(file, lambda: holder[0].now)
        houses.append(house)
        holder.append(World(house, now))
        return holder[0]

    yield make
    for house in houses:
        house.store.close()


@pytest.fixture
def world(make_world: Callable[..., World], store_url: str) -> Iterator[World]:
    """The usual partners, on SQLite and on PostgreSQL; at the end every state is the fold of its events."""
    world = make_world(store_url)
    yield world
    _sound(world)


@pytest.fixture
def small_world(make_world: Callable[..., World], sqlite_url: str) -> Iterator[World]:
    """The same on SQLite alone."""
    world = make_world(sqlite_url)
    yield world
    _sound(world)


def _sound(world: World) -> None:
    """After every story: verify is clean, nothing waits, no password is where it must not be."""
    assert world.verify().differences == ()
    world.run()
    assert world.verify().differences == ()
    _timers_follow(world)
    _texts_follow(world)
    for name, rows in world.dump().items():
        for row in rows:
            text = repr({key: value for key, value in row.items() if (name, key) != ("inbox", "raw")})
            for password in PASSWORD.values():
                assert password not in text, f"a password stands in {name}: {text[:300]}"


def _timers_follow(world: World) -> None:
    """Whatever led there: what waits is what follows from where each transaction stands."""
    premises = world.house.premises
    for row in world.rows("transactions"):
        found = advance.standing_of(row)
        since = world.row("event", row["moved_event_id"])
        with world.house.store.read() as connection:
            depends = waiting.of(connection, row, found, since, world.now, premises)
        wanted = rules.wanted(found, depends, clock.days(premises))
        waits = {
            timer["kind"]: timer["due_at"]
            for timer in world.rows("timer")
            if timer["transaction_id"] == row["id"] and timer["fired_event_id"] is None
        }
        assert waits == {kind.value: premises.instant(wall) for kind, wall in wanted.items()}


def _texts_follow(world: World) -> None:
    """Whatever led there: a request is found by what stands in its tables now."""
    kept = {row["request_id"]: row["words"] for row in world.rows("finding")}
    with world.house.store.read() as connection:
        assert kept == {number: find.words_of(connection, number) for number in kept}
    assert set(kept) == {row["request_id"] for row in world.rows("transactions")}


@pytest.fixture
def receipt_lines() -> str:
    """The usual partners, where customers get receipts of their files."""
    return USUAL.replace("receipts = false", "receipts = true")


@pytest.fixture
def shared_lines() -> str:
    """The usual partners; the second lender may write from the first one's address, and the other
    customer from the first customer's."""
    lines = USUAL
    for own, shared in ((SECOND, BL), (OTHER, CUSTOMER)):
        address = f'address = "{ADDRESS[own]}"'
        lines = lines.replace(address, f'{address}\naccepts_from = ["{ADDRESS[own]}", "{ADDRESS[shared]}"]')
    return lines


@pytest.fixture
def hub_lines() -> str:
    """We ourselves as a partner of both kinds, beside the usual ones."""
    return USUAL + "\n" + partner_lines("XX-HUB", ["RESPONDER", "REQUESTER"], "out", "in")


@pytest.fixture
def with_keywords() -> Callable[[dict[str, str]], str]:
    """A lender and the hub, with these words for what can be asked of an order."""

    def make(words: dict[str, str]) -> str:
        table = ", ".join(f'{name} = "{word}"' for name, word in words.items())
        more = f"[partner.artemail]\nkeywords = {{ {table} }}"
        lender = partner_lines(BL, ["RESPONDER"], "out", more=more)
        return f"{lender}\n{partner_lines('XX-HUB', ['RESPONDER', 'REQUESTER'], 'out', 'in', more=more)}"

    return make


@pytest.fixture
def network_lines() -> str:
    more = 'proof = ["network"]\nnetworks = ["192.0.2.0/24"]'
    return USUAL + "\n" + partner_lines(NET, ["RESPONDER", "REQUESTER"], "out", "in", more=more)


@pytest.fixture
def codes() -> dict[str, str]:
    """The customer code of each partner's account."""
    return CODE


@pytest.fixture
def passwords() -> dict[str, str]:
    return PASSWORD


@pytest.fixture
def addresses() -> dict[str, str]:
    return ADDRESS


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """For tests in which a traceback is expected."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def an_item() -> Item:
    return Item(title="A book", author="Somebody")


@pytest.fixture
def today() -> date:
    return BEGIN.date()
