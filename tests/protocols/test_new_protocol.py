"""A new protocol is one folder and one line, a new transport one file and one line: a loan with both.

Two whole libraries: real stores, the real stations, and between them the real SMTP listener of each, or a
transport and a channel of the tests.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import RowMapping, select
from sqlmodel import SQLModel

from mailproc.app import channels, delivery, work_round
from mailproc.app.build import App, build
from mailproc.errors import Misconfigured, TryLater
from mailproc.flow import send
from mailproc.flow.send import Deliver
from mailproc.mail.channel import DOORS
from mailproc.office.acts import perform
from mailproc.office.acts.perform import StaffAct
from mailproc.office.queries import request_details
from mailproc.office.requests import place
from mailproc.protocols import registry
from mailproc.store.prepared_statements import table_of
from mailproc.store.tables import InboxRow, OutgoingRow
from mailproc.transport.transport import TRANSPORTS
from tests.protocols import toy_transport
from tests.protocols.toy_codec import Toy
from tests.protocols.toy_transport import TcpIn, TcpOut
from tests.support import configuration, history


def configured(us: str, them: str, transport: str, codec: str = "toy") -> str:
    return "".join(
        [
            configuration.library(us, f"ill@{us}.example", f"Library {us}", staff=f"desk@{us}.example"),
            configuration.section("store", url=f"sqlite:///{us}.db"),
            configuration.section("listen", port=0),
            configuration.relay(),
            configuration.partner(
                them, f"ill@{them}.example", codec=codec, roles=["REQUESTER", "RESPONDER"],
                proof=["network"], networks=["127.0.0.0/8"], transport=transport,
            ),
        ]
    )  # fmt: skip


class Clock:
    """A second goes by with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Office:
    """A library with its channels: ``smtp`` and ``tcp`` are their ports."""

    app: App
    clock: Clock
    smtp: int
    tcp: int
    tcp_in: TcpIn
    ends: list[Callable[[], None]]
    deliver: Deliver = lambda _envelope, _raw, _name: ("", "")

    def connect(self, relay: int) -> None:
        """What goes by mail goes to the listener at that port."""
        config = self.app.config
        to = config.deliver.model_copy(update={"port": relay})
        self.deliver, close = delivery.deliverer(
            config.model_copy(update={"deliver": to}), self.clock, self.app.keep, self.app.lines
        )
        self.ends.append(close)

    def run(self) -> int:
        """Every station, and the letters out, until nothing is due; how much was done."""
        done, store, context = 0, self.app.store, self.app.context
        while once := work_round.work_once(self.app) + send.run(store, context, self.deliver):
            done += once
        return done

    def place(self, partner: str) -> str:
        wanted = place.read({"service": "LOAN", "item": {"title": "A Book"}}, (partner,))
        return place.place(self.app.store, self.app.context, wanted, anyway=True).number

    def act(self, number: str, action: str) -> None:
        perform.perform(self.app.store, self.app.context, StaffAct(action=action, number=number))

    def shown(self, number: str) -> request_details.RequestDetails:
        with self.app.store.read() as connection:
            return request_details.shown(connection, number)

    def rows(self, table: type[SQLModel]) -> list[RowMapping]:
        with self.app.store.read() as connection:
            return list(connection.execute(select(table_of(table))).mappings())


Open = Callable[[str], tuple[Office, Office]]


@pytest.fixture
def open_two(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    """Two libraries that speak the toy protocol to each other, by the transport named."""
    ends: list[Callable[[], None]] = []
    ports: dict[str, int] = {}
    # The lines that a new protocol, transport and channel have in the program: one each.
    monkeypatch.setitem(registry.PROTOCOLS, Toy.name, Toy())
    monkeypatch.setitem(
        TRANSPORTS, "pigeon", lambda sending: TcpOut(lambda: ports[sending.config.library.symbol])
    )
    monkeypatch.setitem(DOORS, toy_transport.DOOR, toy_transport.CHANNEL)

    def open_one(us: str, them: str, transport: str) -> Office:
        file, clock = tmp_path / f"{us}.toml", Clock()
        file.write_text(configured(us, them, transport))
        app = build(file, clock)
        app.store.start_writer(lambda: None)
        history.remember(app.store)

        ends.append(app.store.close)
        opened = {channel.name: channel for channel in channels.configured(app)}
        started = {name: channel.start() for name, channel in opened.items()}
        ends.extend(channel.stop for channel in opened.values())
        listened = {name: address[1] for name, address in started.items() if address}
        tcp = opened["pigeon"]
        assert isinstance(tcp, TcpIn)
        return Office(app, clock, listened["listener"], listened["pigeon"], tcp, ends)

    def open_both(transport: str) -> tuple[Office, Office]:
        town = open_one("town", "village", transport)
        village = open_one("village", "town", transport)
        ports.update(town=village.tcp, village=town.tcp)
        town.connect(village.smtp)
        village.connect(town.smtp)
        return town, village

    yield open_both
    for end in reversed(ends):
        end()


def _talk(*offices: Office) -> None:
    while sum(office.run() for office in offices):
        pass


@pytest.mark.parametrize(("transport", "door_name"), [("mail", "listener"), ("pigeon", "pigeon")])
def test_a_loan_from_the_request_to_the_check_in(open_two: Open, transport: str, door_name: str) -> None:
    town, village = open_two(transport)
    number = town.place("village")
    _talk(town, village)
    for office, request, action in (
        (village, "L1", "ship"),
        (town, number, "receive"),
        (town, number, "return"),
        (village, "L1", "check-in"),
    ):
        office.act(request, action)
        _talk(town, village)
    borrowed, lent = town.shown(number), village.shown("L1")
    assert (borrowed.line.state, lent.line.state) == ("RETURNED", "CHECKED_IN")
    assert _events(borrowed) == ["request", "SHIPPED", "receive", "return", "CHECKED_IN"]
    assert _events(lent) == ["ILL_REQUEST", "ship", "RECEIVED", "RETURNED", "check-in"]
    assert borrowed.closed_at
    assert lent.closed_at
    for office in (town, village):
        assert {(row["door"], row["proof"], row["peer"]) for row in office.rows(InboxRow)} == {
            (door_name, "network", "127.0.0.1")
        }
        assert {row["transport"] for row in office.rows(OutgoingRow) if row["partner"]} == {transport}


def _events(shown: request_details.RequestDetails) -> list[str]:
    return [change.event for change in shown.history]


def test_an_unanswered_letter_is_in_doubt_by_any_transport(open_two: Open) -> None:
    """The letter is kept at the other end, the line breaks before the answer: a receiver that throws repeats
    away gets it again, byte for byte, and it has its effect once."""
    town, village = open_two("pigeon")
    village.tcp_in.answers = False
    number = town.place("village")
    _talk(town, village)
    (letter,) = town.rows(OutgoingRow)
    assert "the line broke before the answer" in letter["last_error"]
    assert town.shown(number).line.delivery == "waiting"
    village.tcp_in.answers = True
    town.clock.now += timedelta(hours=1)
    _talk(town, village)
    assert [row["state"] for row in town.rows(OutgoingRow)] == ["handed_over"]
    assert _events(village.shown("L1")) == ["ILL_REQUEST"]


def test_nothing_is_acknowledged_before_it_is_stored(open_two: Open) -> None:
    """The other end cannot keep it: the sender hears no "OK", and the letter comes again."""
    town, village = open_two("pigeon")
    keep, full = village.tcp_in.keep, Future()
    full.set_exception(TryLater("the disk is full"))
    village.tcp_in.keep = lambda _letters: full
    town.place("village")
    _talk(town, village)
    assert [row["state"] for row in town.rows(OutgoingRow)] == ["prepared"]
    assert village.rows(InboxRow) == []
    village.tcp_in.keep = keep
    town.clock.now += timedelta(hours=1)
    _talk(town, village)
    assert [row["state"] for row in town.rows(OutgoingRow)] == ["handed_over"]
    assert [row["state"] for row in village.rows(InboxRow)] == ["done"]


def test_letters_to_the_people_of_a_partner_go_by_mail(open_two: Open) -> None:
    """Their system takes messages; a notice is for somebody who reads mail."""
    town, village = open_two("pigeon")
    notices = {"cancel": "NOTICE"}
    (partner,) = (one.model_copy(update={"manner": notices}) for one in town.app.config.partner)
    config = town.app.config.model_copy(update={"partner": (partner,)})
    town.app = replace(town.app, config=config, context=replace(town.app.context, config=config))
    assert town.app.context.registry.codecs  # of the new configuration, made before anything is written
    number = town.place("village")
    _talk(town, village)
    town.act(number, "cancel")
    _talk(town, village)
    assert [row["transport"] for row in town.rows(OutgoingRow)] == ["pigeon", "mail"]
    assert [row["door"] for row in village.rows(InboxRow)] == ["pigeon", "listener"]


def test_a_codec_or_transport_that_is_not_there_is_refused_with_the_names_of_those_that_are(
    open_two: Open, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(configured("town", "village", transport="raven", codec="tay"))
    with pytest.raises(Misconfigured) as refused:
        build(file)
    codecs = ", ".join(registry.PROTOCOLS)
    assert f'codec = "tay": must be one of: {codecs}' in str(refused.value)
    ways = ", ".join(TRANSPORTS)
    assert f'partner[village].transport = "raven": must be one of: {ways}' in str(refused.value)
    assert {"toy", "pigeon"} <= {*registry.PROTOCOLS, *TRANSPORTS}
