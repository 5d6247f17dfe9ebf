"""APDUs go out by TCP, and what became of each is said no better than it is known."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from mailproc.config import Config, Partner
from mailproc.config_tcp import PartnerTcp
from mailproc.errors import GiveUp, InDoubt, TryLater
from mailproc.mail.channel import TCP_ANSWER
from mailproc.mail.compose import compose
from mailproc.mail.letter import Body, Envelope, Part
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport import tcp_call, tcp_out
from mailproc.transport.open_lines import OpenLines
from mailproc.transport.tcp_out import TcpOut
from mailproc.transport.transport import Sending
from tests.servers.certificate import Certificate
from tests.servers.ports import free_port
from tests.transport.conftest import NOW

APDU = b"\x61\x81\xa0\x30\x81\x9d" + b"\x80\x01\x02" + b"\x81\x81\x97" + b"x" * 0x97
SHORT = bytes.fromhex("73053003800102")
ANSWER = bytes.fromhex("74053003800102")
LARGE = b"\x61\x83\x0f\x00\x00" + b"x" * 0x0F0000
RESET = struct.pack("ii", 1, 0)
LONGEST = 10.0
Act = Callable[[socket.socket], None]


def letter(apdu: bytes = APDU) -> bytes:
    """As a codec writes it, perhaps with a text for people before it."""
    parts = (
        Part("text/plain", b"", text="ILL-Request B1/1\n"),
        Part("application/iso-10161-ill-1", apdu, parameters=(("name", "ill.ber"),)),
    )
    return compose(
        Body("ILL-Request B1/1", parts), sender="ill@library.example", sender_name="", to=["ill@a.example"],
        message_id="o1@library.example", date=NOW,
    )  # fmt: skip


class Peer:
    """A partner's port: ``act`` has each connection."""

    def __init__(self, act: Act) -> None:
        self._port = socket.create_server(("127.0.0.1", 0))
        self.number = int(self._port.getsockname()[1])
        self.calls = 0
        self._thread = threading.Thread(target=self._serve, args=(act,), daemon=True)
        self._thread.start()

    def _serve(self, act: Act) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._port.accept()
                self.calls += 1
                line.settimeout(LONGEST)
                with line, suppress(OSError):
                    act(line)

    def close(self) -> None:
        with suppress(OSError):
            self._port.shutdown(socket.SHUT_RDWR)
        self._port.close()
        self._thread.join(LONGEST)


class Office:
    """Our side: the transport, and what came back."""

    def __init__(self, port: int, lines: OpenLines | None = None, **tcp: Any) -> None:
        settings = PartnerTcp(**{"address": f"127.0.0.1:{port}", "linger": 0.3} | tcp)
        partner = Partner(
            symbol="XX-A", address="ill@a.example", codec="iso10161", transport="tcp", tcp=settings
        )
        self.came: list[NewLetter] = []
        self.trouble: Exception | None = None
        config = Config(partner=(partner,), file=Path("/config.toml"))
        self.out = TcpOut(Sending(config, lambda: NOW, self._keep, lines or OpenLines()))

    def _keep(self, letters: Any) -> "Future[list[StoredLetter]]":
        kept: Future[list[StoredLetter]] = Future()
        if self.trouble is None:
            self.came.extend(letters)
            kept.set_result([StoredLetter(1, new=True)])
        else:
            kept.set_exception(self.trouble)
        return kept

    def send(self, apdu: bytes = APDU, partner: str = "XX-A", answers: int = 0) -> str:
        envelope = Envelope("ill@library.example", "ill@a.example", "tcp", partner, answers)
        return self.out.send(envelope, letter(apdu), "O1")


@pytest.fixture
def peer() -> Iterator[Callable[[Act], Peer]]:
    with ExitStack() as stack:

        def make(act: Act) -> Peer:
            made = Peer(act)
            stack.callback(made.close)
            return made

        yield make


def all_of(line: socket.socket) -> bytes:
    came = b""
    while more := line.recv(65536):
        came += more
    return came


def test_taken_and_ended_in_order_it_is_handed_over(peer: Any) -> None:
    came: list[bytes] = []
    theirs = peer(lambda line: came.append(all_of(line)))
    assert Office(theirs.number).send() == "taken: the other side ended in order"
    assert came == [APDU]


@pytest.mark.parametrize("apdu", [APDU, SHORT, LARGE], ids=["usual", "short", "large"])
def test_the_octets_are_the_apdu_alone_a_short_length_in_long_form(peer: Any, apdu: bytes) -> None:
    came: list[bytes] = []
    theirs = peer(lambda line: came.append(all_of(line)))
    Office(theirs.number).send(apdu)
    assert came == [b"\x73\x81" + SHORT[1:] if apdu is SHORT else apdu]


def test_what_comes_back_is_stored_as_what_comes_in(peer: Any) -> None:
    def act(line: socket.socket) -> None:
        line.recv(1000)
        line.sendall(ANSWER + SHORT)

    office = Office(peer(act).number, answer="same")
    assert office.send() == "answered"
    assert [one.raw for one in office.came] == [ANSWER, SHORT]
    assert {(one.door, one.login, one.peer) for one in office.came} == {(TCP_ANSWER, "XX-A", "127.0.0.1")}


def test_an_answer_that_cannot_be_stored_leaves_all_in_doubt(peer: Any) -> None:
    """The same octets go once more, and are answered once more."""

    def act(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(ANSWER)

    office = Office(peer(act).number)
    office.trouble = TryLater("the disk is full")
    with pytest.raises(InDoubt, match="could not be stored: the disk is full"):
        office.send()


def test_who_leaves_the_line_open_has_it_if_his_host_does(peer: Any) -> None:
    over = threading.Event()

    def act(line: socket.socket) -> None:
        line.recv(65536)
        over.wait(LONGEST)

    try:
        assert Office(peer(act).number).send() == "acknowledged by the host"
    finally:
        over.set()


def test_by_tls_who_leaves_the_line_open_has_it_too(peer: Any, certificate: Certificate) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    over = threading.Event()

    def act(line: socket.socket) -> None:
        with context.wrap_socket(line, server_side=True) as spoken:
            spoken.recv(65536)
            over.wait(LONGEST)

    number = peer(act).number
    trusting = {"tls": True, "tls_authority": certificate.certificate}
    try:
        office = Office(number, address=f"localhost:{number}", **trusting)
        assert office.send() == "acknowledged by the host"
    finally:
        over.set()


def test_without_a_half_close_it_is_the_same(peer: Any) -> None:
    ended: list[bytes] = []

    def act(line: socket.socket) -> None:
        line.recv(65536)
        ended.append(line.recv(1))  # comes when the connection is closed

    theirs = peer(act)
    assert Office(theirs.number, half_close=False).send() == "acknowledged by the host"
    theirs.close()
    assert ended == [b""]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"127.0.0.1:{free_port()}", "Connection refused"),
        ("nowhere.invalid:1611", "."),
        ("255.255.255.255:1611", "."),
        (f"{'x' * 64}.example:1611", "."),
    ],
    ids=[
        "refuses",
        "has no address",
        "cannot be reached",
        "no name",
    ],  # free_port() is another in each worker
)
def test_who_cannot_be_reached_does_not_have_it(address: str, why: str) -> None:
    with pytest.raises(TryLater, match=f"XX-A at {address} cannot be reached: .*{why}"):
        Office(1, address=address).send()


def test_a_name_that_nobody_looks_up_costs_no_more_than_the_call_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()
    monkeypatch.setattr(tcp_call, "CONNECT", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_where, **_how: over.wait(LONGEST) and [])
    try:
        with pytest.raises(TryLater, match="no answer in time"):
            Office(1, address="silent.example:1611").send()
        assert not over.is_set()
    finally:
        over.set()


def test_a_host_that_is_down_is_left_alone_for_a_while(peer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One failure holds back all letters to it."""
    seconds = 0.0
    monkeypatch.setattr(tcp_out, "monotonic", lambda: seconds)
    theirs = peer(all_of)
    office = Office(theirs.number)
    with monkeypatch.context() as down:
        down.setattr(socket, "create_connection", _refused)
        with pytest.raises(TryLater, match="Connection refused"):
            office.send()
    for seconds in (1.0, 59.0):  # noqa: B007  # read by the clock above
        with pytest.raises(TryLater, match="Connection refused"):
            office.send()
    seconds = 61.0
    assert office.send() == "taken: the other side ended in order"


def _refused(*_where: Any, **_how: Any) -> socket.socket:
    raise ConnectionRefusedError(111, "Connection refused")


def reset(line: socket.socket) -> None:
    line.recv(65536)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def unread(line: socket.socket) -> None:
    line.recv(10)


def nonsense(line: socket.socket) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("act", [reset, unread, nonsense], ids=lambda act: act.__name__)
def test_what_may_have_arrived_is_in_doubt(peer: Any, act: Act) -> None:
    with pytest.raises(InDoubt, match="may have the message"):
        Office(peer(act).number).send()


@pytest.mark.parametrize("apdu", [APDU, LARGE], ids=["usual", "large"])
def test_who_hangs_up_at_once_is_never_said_to_have_it(peer: Any, apdu: bytes) -> None:
    theirs = peer(lambda line: line.close())
    with pytest.raises((TryLater, InDoubt)):
        Office(theirs.number).send(apdu)


def test_who_reads_nothing_does_not_have_what_the_kernel_has_no_room_for(
    peer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_call, "WRITE", 0.3)
    over = threading.Event()

    def act(line: socket.socket) -> None:
        over.wait(LONGEST)

    theirs = peer(act)
    theirs._port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    try:
        with pytest.raises((TryLater, InDoubt)):
            Office(theirs.number).send(LARGE)
    finally:
        over.set()


def test_one_connection_at_a_time_to_each_partner(peer: Any) -> None:
    """So what was said first arrives first."""
    now, most, guard = 0, 0, threading.Lock()

    def act(line: socket.socket) -> None:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        all_of(line)
        with guard:
            now -= 1

    office = Office(peer(act).number)
    threads = [threading.Thread(target=office.send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    assert most == 1


def test_an_answer_takes_the_line_that_waits_for_it_and_no_other(peer: Any) -> None:
    class Waiting:
        def __init__(self) -> None:
            self.heard: list[bytes] = []

        def answer(self, octets: bytes) -> bool:
            self.heard.append(octets)
            return len(self.heard) == 1

    theirs, lines, line = peer(all_of), OpenLines(), Waiting()
    lines.opened(7, line)
    office = Office(theirs.number, lines, answer="both")
    assert office.send(answers=7) == "answered on the connection on which it was asked"
    assert theirs.calls == 0
    assert office.send(answers=7) == "taken: the other side ended in order", "who has gone is called"
    assert office.send() == "taken: the other side ended in order", "staff decided this later"
    assert len(line.heard) == 2
    other = Office(theirs.number, lines, answer="connect")
    other.send(answers=7)
    assert len(line.heard) == 2, "who is called back waits nowhere"


@pytest.mark.parametrize("apdu", [b"no APDU", APDU[:-1], APDU + b"x", b""])
def test_a_letter_without_a_message_is_given_up(apdu: bytes) -> None:
    with pytest.raises(GiveUp, match="holds no message"):
        Office(1).send(apdu)


def test_a_partner_without_an_address_is_given_up() -> None:
    with pytest.raises(GiveUp, match="XX-B has no address"):
        Office(1).send(partner="XX-B")


def test_tls_is_spoken_with_a_partner_that_speaks_it(peer: Any, certificate: Certificate) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    came: list[bytes] = []

    def act(line: socket.socket) -> None:
        with context.wrap_socket(line, server_side=True) as spoken:
            came.append(all_of(spoken))
            if len(came) == 1:
                spoken.unwrap()

    theirs = peer(act)
    trusting = {"tls": True, "tls_authority": certificate.certificate}
    office = Office(theirs.number, address=f"localhost:{theirs.number}", **trusting)
    assert office.send() == "taken: the other side ended in order"
    assert office.send() == "taken: the other side ended in order", "though it says no farewell"
    assert came == [APDU, APDU]
    with pytest.raises(TryLater, match="cannot be reached"):  # the certificate is not for this name
        Office(theirs.number, **trusting).send()
    with pytest.raises(TryLater, match=r"no TLS with XX-A: .*No such file"):
        Office(theirs.number, tls=True, tls_authority="/nowhere.pem").send()
