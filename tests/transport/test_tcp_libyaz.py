"""Another's software at the other end: a peer on libyaz takes what we send by TCP, however it comes."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mailproc.config import Config, Partner
from mailproc.ill.apdu import APDU_CLASSES, Apdu, Cancel, Due, IllAnswer, Item, Report, StatusOrErrorReport
from mailproc.ill.terms import ApduType, Results, Role, Service, TransactionId
from mailproc.mail import apdu_stream
from mailproc.protocols.codec import Wire
from mailproc.protocols.iso10161.codec import Iso10161Codec
from tests.servers import libyaz
from tests.servers.ports import free_port
from tests.transport.test_tcp_out import Office

SOURCE = Path(__file__).parents[1] / "servers" / "yaz" / "peer.c"
AT = datetime(2026, 8, 5, 9)  # noqa: DTZ001  # the sender's wall time, as in an APDU
NAME = TransactionId("XX-LIBRARY", "B1", "1")
MORE: dict[ApduType, dict[str, Any]] = {
    ApduType.ILL_REQUEST: {"services": (Service.LOAN,), "item": Item(title="A Book")},
    ApduType.ILL_ANSWER: {"results": Results.UNFILLED},
    ApduType.CONDITIONAL_REPLY: {"answer": True},
    ApduType.CANCEL_REPLY: {"answer": True},
    ApduType.RENEW_ANSWER: {"answer": False},
    ApduType.SHIPPED: {"shipped_service": Service.LOAN, "shipped_on": AT.date()},
    ApduType.RECEIVED: {"received_on": AT.date(), "shipped_service": Service.LOAN},
    ApduType.RETURNED: {"returned_on": AT.date()},
    ApduType.CHECKED_IN: {"checked_in_on": AT.date()},
    ApduType.OVERDUE: {"due": Due(on=AT.date())},
    ApduType.MESSAGE: {"note": "Is it there?"},
    ApduType.STATUS_OR_ERROR_REPORT: {"report": Report(kind="status", current_state="IN_PROCESS")},
    ApduType.FORWARD_NOTIFICATION: {"responder": "XX-C", "intermediary": "XX-LIBRARY"},
}


@dataclass
class Yaz:
    """The peer and what it says: "9 69 …" of each APDU, "end" of each connection."""

    port: int
    process: "subprocess.Popen[str]"

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def apdu(self) -> bytes:
        """The octets of the next one, which it could read."""
        number, _, octets = self.says().partition(" ")
        raw = bytes.fromhex(octets)
        assert number == str(raw[0] - 0x60), raw
        return raw


@pytest.fixture(scope="session")
def program(missing: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return libyaz.build(SOURCE, tmp_path_factory.mktemp("peer"), missing)


@contextmanager
def running(program: Path, *more: str) -> Iterator[Yaz]:
    port = free_port()
    command = ["timeout", "60", str(program), f"tcp:127.0.0.1:{port}", *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            peer = Yaz(port, process)
            assert peer.says() == "listening"
            yield peer
        finally:
            process.terminate()


@pytest.fixture
def yaz(program: Path) -> Iterator[Yaz]:
    with running(program) as peer:
        yield peer


def said(kind: ApduType) -> Apdu:
    """One of each kind, as we say it."""
    made: Apdu = APDU_CLASSES[kind](sent_at=AT, transaction=NAME, **MORE.get(kind, {}))
    return made


def octets(apdu: Apdu) -> bytes:
    """As they leave."""
    codec = Iso10161Codec.of(Config())
    role = apdu.type.said_by or Role.REQUESTER
    partner = Partner(symbol="XX-A", address="ill@a.example", codec="iso10161")
    encoded = codec.encode([apdu], Wire(Config().library, partner, role), None)  # type: ignore[arg-type]
    assert encoded.body is not None, encoded.held
    return apdu_stream.in_long_form(encoded.body.parts[0].content)


ALL = [octets(said(kind)) for kind in ApduType]


def test_it_takes_each_of_the_twenty_by_our_sender(yaz: Yaz) -> None:
    office = Office(yaz.port)
    for apdu in ALL:
        assert office.send(apdu) == "taken: the other side ended in order"
        assert yaz.apdu() == apdu
        assert yaz.says() == "end"


@pytest.mark.parametrize("size", [1, 7, 100, 100_000])
def test_it_takes_all_twenty_on_one_connection_glued_and_in_pieces(yaz: Yaz, size: int) -> None:
    whole = b"".join(ALL)
    with socket.create_connection(("127.0.0.1", yaz.port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(whole), size):
            line.sendall(whole[at : at + size])
        assert [yaz.apdu() for _ in ALL] == ALL
    assert yaz.says() == "end"


SHORT = [
    bytes.fromhex(f"{kind:02x}{2 + size:02x}30{size:02x}") + b"\x04" + bytes([size - 2]) + b"x" * (size - 2)
    for kind, size in ((0x66, 0x53), (0x69, 0x60), (0x74, 0x40))
]
"""Three octets that can be printed begin each: a tag, a short length, 30."""


def test_short_messages_are_seen_one_by_one_where_their_length_is_long(yaz: Yaz) -> None:
    """In minimal form libyaz takes them for HTTP, and waits for a line end until the connection closes."""
    with socket.create_connection(("127.0.0.1", yaz.port)) as line:
        for apdu in SHORT:
            line.sendall(apdu_stream.in_long_form(apdu))
            assert yaz.says().partition(" ")[2] == apdu_stream.in_long_form(apdu).hex()
    assert yaz.says() == "end"
    with socket.create_connection(("127.0.0.1", yaz.port)) as line:
        line.sendall(b"".join(SHORT))
    assert yaz.says().partition(" ")[2] == b"".join(SHORT).hex(), "newer libyaz: write minimal lengths"


def test_what_it_sends_back_is_cut_out_and_kept(program: Path) -> None:
    """It writes lengths as indefinite."""
    with running(program, "answer") as yaz:
        office = Office(yaz.port, answer="same")
        for apdu in ALL:
            assert office.send(apdu) == "answered"
    assert [one.raw[0] for one in office.came] == [apdu[0] for apdu in ALL]
    assert all(apdu_stream.why_not_whole(one.raw) == "" for one in office.came)


def test_the_table_has_all_that_we_say() -> None:
    assert isinstance(said(ApduType.CANCEL), Cancel)
    assert isinstance(said(ApduType.ILL_ANSWER), IllAnswer)
    assert isinstance(said(ApduType.STATUS_OR_ERROR_REPORT), StatusOrErrorReport)
    assert [apdu[0] for apdu in ALL] == list(range(0x61, 0x75))
