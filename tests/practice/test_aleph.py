"""The library that is reached by TCP: bare messages in, bare messages out, over real sockets."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from queue import Queue
from typing import Any

import pytest

from mailproc.config import Config, Library, Partner, PartnerTcp
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, IllRequest, Item, Renew
from mailproc.ill.terms import Role, Service, TransactionId
from mailproc.mail.channel import TCP
from mailproc.mail.received import letter
from mailproc.practice.aleph import ADDRESS, DIALECT, SYMBOL, Aleph
from mailproc.practice.neighbour import CODEC
from mailproc.practice.supplier import Answer
from mailproc.practice.tcp_line import Called, TcpLine, TcpPort
from mailproc.protocols import registry
from mailproc.protocols.codec import Wire
from tests.practice.conftest import Happenings

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
US = Library(symbol="XX-WEST", name="West", email="ill@west.example")
THEM = Partner(
    symbol=SYMBOL, address=ADDRESS, codec=CODEC, dialect=DIALECT, transport=TCP,
    tcp=PartnerTcp(address="127.0.0.1:1611"),
)  # fmt: skip
IN_ORDER = [f"message {number}".encode() for number in range(5)]


class _NoTemplates:
    def render(self, path: str, context: object) -> str:
        raise AssertionError(path, context)


CODEC_OF_OURS = registry.load(Config(library=US)).by_name(CODEC)


def octets_of(apdu: type[Apdu], minute: int, **more: Any) -> bytes:
    said = apdu(
        transaction=TransactionId("XX-WEST", "B5", "1"), requester="XX-WEST", responder=SYMBOL,
        sent_at=NOW.replace(tzinfo=None, minute=minute), **more,
    )  # fmt: skip
    body = CODEC_OF_OURS.encode([said], Wire(US, THEM, Role.REQUESTER), _NoTemplates()).body
    assert body is not None
    return body.parts[0].content


def read(answer: Answer) -> Apdu:
    """What the codec finds in a bare message; a letter around it would be none."""
    assert answer.bare
    (apdu,) = CODEC_OF_OURS.decode(letter(answer.raw, TCP)).apdus
    return apdu


@pytest.fixture
def aleph(tell: Happenings) -> Iterator[Aleph]:
    made = Aleph(tell, lambda: NOW)
    made.open()
    yield made
    made.close()


def test_a_loan_by_bare_messages(aleph: Aleph, tell: Happenings) -> None:
    item = Item(title="Sluices of the old harbour")
    assert aleph.take(octets_of(IllRequest, 1, services=(Service.LOAN,), item=item)) == []
    assert aleph.knows("B5-1") and not aleph.knows("B6")
    (shipped,) = aleph.go("B5", "ship")
    assert (read(shipped).type.name, read(shipped).responder) == ("SHIPPED", SYMBOL)
    assert aleph.take(octets_of(Renew, 2)) == []
    (answer,) = aleph.go("B5", "renewed")
    assert read(answer).type.name == "RENEW_ANSWER"
    aleph.report()
    told = {key: tell.told[-1][key] for key in ("player", "checked", "differ")}
    assert told == {"player": "University Library (practice)", "checked": 1, "differ": 0}


@pytest.mark.parametrize("octets", [b"", b"GET / HTTP/1.0\r\n\r\n", b"\x61\x80"])
def test_what_is_no_message_harms_nothing(aleph: Aleph, tell: Happenings, octets: bytes) -> None:
    assert aleph.take(octets) == []
    aleph.report()
    assert tell.told[-1]["checked"] == 0
    item = Item(title="A")
    assert aleph.take(octets_of(IllRequest, 1, services=(Service.LOAN,), item=item)) == []
    assert aleph.knows("B5")


@pytest.fixture
def port() -> Iterator[tuple[int, "Queue[Called]"]]:
    came: Queue[Called] = Queue()
    server = TcpPort(came.put)
    yield server.start(), came
    server.stop()


def bare(octets: bytes) -> Answer:
    return Answer(ADDRESS, US.email, octets.decode(), "", "message", raw=octets, bare=True)


def test_each_connection_is_a_message_and_they_keep_their_order(
    port: tuple[int, "Queue[Called]"], tell: Happenings
) -> None:
    """Before our port is known they wait; then they go, none twice."""
    line = TcpLine(tell)
    for octets in IN_ORDER:
        line.carry(bare(octets))
    assert {told["event"] for told in tell.told} == {"waits"}
    line.listener = ("127.0.0.1", port[0])
    line.carry(bare(b"last"))
    assert [port[1].get(timeout=10).octets for _ in range(6)] == [*IN_ORDER, b"last"]
    line.hand_over()
    assert port[1].empty()
    assert [told["event"] for told in tell.told].count("sent") == 6


def test_a_reset_is_no_answer(tell: Happenings) -> None:
    """Nobody listens: the message waits."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        line = TcpLine(tell, ("127.0.0.1", gone.getsockname()[1]))
    line.carry(bare(b"message"))
    assert [told["event"] for told in tell.told] == ["waits"]


def test_a_port_that_is_taken_is_named(port: tuple[int, "Queue[Called]"]) -> None:
    with pytest.raises(LocalFault, match=f"port {port[0]}"):
        TcpPort(lambda _called: None, port[0]).start()
