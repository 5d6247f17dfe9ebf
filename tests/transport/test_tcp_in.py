"""Our port for APDUs: what a partner sends is stored before we read on, and nobody else is read at all."""

import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mailproc.config import Partner
from mailproc.config_tcp import ListenTcp, PartnerTcp
from mailproc.errors import Misconfigured, TryLater
from mailproc.mail.channel import TCP
from mailproc.transport import tcp_in, tcp_session
from mailproc.transport.open_lines import OpenLines
from mailproc.transport.tcp_in import TcpListener
from mailproc.transport.tls import mutual_context
from tests.servers.certificate import Certificate, self_signed

APDUS = [
    bytes.fromhex("61053003800101"),
    bytes.fromhex("6a80 3080 800101 0000 0000"),
    b"\x73\x81\x90" + b"x" * 0x90,
]
LONGEST = 10.0  # seconds that a test waits for what takes a moment
RESET = struct.pack("ii", 1, 0)


@dataclass
class Port:
    """The listener under test, and the store behind it."""

    listener: TcpListener
    number: int
    lines: OpenLines
    inbox: Any
    open: list[socket.socket] = field(default_factory=list)
    stored: threading.Condition = field(default_factory=threading.Condition)

    def call(self, host: str = "127.0.0.1") -> socket.socket:
        line = socket.create_connection((host, self.number), timeout=LONGEST)
        self.open.append(line)
        return line

    def said(self, octets: bytes) -> bytes:
        """Say this on a connection, end our side, and wait for the end of theirs; what came back."""
        line = self.call()
        line.sendall(octets)
        line.shutdown(socket.SHUT_WR)
        return rest_of(line)

    def has(self, many: int) -> None:
        """Wait until so many rows are there."""
        with self.stored:
            assert self.stored.wait_for(lambda: len(self.kept) >= many, LONGEST), self.kept

    def tell(self, _future: object) -> None:
        with self.stored:
            self.stored.notify_all()

    def is_closed(self, line: socket.socket) -> bool:
        """Whether it ends, in order or not, without a word."""
        try:
            line.sendall(APDUS[1])
            return rest_of(line) == b""
        except (ConnectionError, ssl.SSLError):
            return True

    def spoken(self, ours: Certificate, shown: Certificate | None) -> ssl.SSLSocket:
        """A call with TLS."""
        context = ssl.create_default_context(cafile=ours.certificate)
        if shown is not None:
            context.load_cert_chain(shown.certificate, shown.key)
        line = context.wrap_socket(self.call(), server_hostname="localhost")
        self.open.append(line)
        return line

    @property
    def kept(self) -> list[bytes]:
        return [row.raw for row in self.inbox.rows()]


def rest_of(line: socket.socket) -> bytes:
    """What comes until the other side ends its own."""
    came = b""
    while more := line.recv(65536):
        came += more
    return came


def partner(**tcp: Any) -> Partner:
    settings = PartnerTcp(**{"networks": ("127.0.0.0/8",)} | tcp)
    return Partner(symbol="XX-A", address="ill@a.example", codec="iso10161", transport="tcp", tcp=settings)


Open = Callable[..., Port]


@pytest.fixture
def opened(inbox: Any, clock: Any) -> Iterator[Open]:
    with ExitStack() as stack:

        def make(
            *partners: Partner, keep: Any = None, tls: ssl.SSLContext | None = None, **listen: Any
        ) -> Port:
            lines = OpenLines()

            def submit(letters: Any) -> Any:
                future = (keep or inbox.submit)(letters)
                future.add_done_callback(port.tell)
                return future

            listener = TcpListener(
                ListenTcp(enabled=True, port=0, **listen), partners or (partner(),), submit,
                clock, lines, tls,
            )  # fmt: skip
            port = Port(listener, listener.start(), lines, inbox)
            stack.callback(lambda: [line.close() for line in port.open])
            stack.callback(listener.stop)
            return port

        yield make


def test_each_message_is_a_row_of_its_own_octet_by_octet(opened: Open) -> None:
    port = opened()
    assert port.said(b"".join(APDUS)) == b""
    assert port.kept == APDUS
    row = port.inbox.rows()[0]
    assert (row.door, row.peer, row.login, row.rcpt_to, row.mail_from) == (TCP, "127.0.0.1", "", "", "")


def test_split_into_octets_it_is_the_same(opened: Open) -> None:
    port = opened()
    line = port.call()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for octet in b"".join(APDUS):
        line.sendall(bytes([octet]))
    line.shutdown(socket.SHUT_WR)
    assert rest_of(line) == b""
    assert port.kept == APDUS


def test_one_message_is_stored_while_the_connection_stays_open(opened: Open) -> None:
    port = opened()
    line = port.call()
    for count, apdu in enumerate(APDUS, 1):
        line.sendall(apdu)
        port.has(count)
    assert port.kept == APDUS


def test_nothing_more_is_looked_at_before_a_message_is_stored(opened: Open) -> None:
    """The second of two that come together is handed to the store when the first one is there."""
    given: list[bytes] = []
    first: Future[Any] = Future()
    begun = threading.Event()

    def keep(letters: Any) -> Any:
        given.extend(letter.raw for letter in letters)
        begun.set()
        return first

    port = opened(keep=keep)
    line = port.call()
    line.sendall(APDUS[0] + APDUS[1])
    assert begun.wait(LONGEST)
    line.settimeout(0.1)
    with pytest.raises(TimeoutError):
        line.recv(1)
    assert given == APDUS[:1]
    first.set_exception(TryLater("the end of this test"))


@pytest.mark.parametrize("trouble", [TryLater("the disk is full"), OSError("gone")])
def test_what_cannot_be_stored_is_answered_with_a_reset(opened: Open, trouble: Exception) -> None:
    def keep(_letters: Any) -> Any:
        raise trouble

    line = opened(keep=keep).call()
    line.sendall(APDUS[0])
    with pytest.raises(ConnectionResetError):
        rest_of(line)


def test_time_that_ends_while_a_message_is_stored_is_a_reset(opened: Open) -> None:
    """It may be there or not: the sender is to repeat it."""
    never: Future[Any] = Future()
    line = opened(keep=lambda _letters: never, session_timeout=0.3).call()
    line.sendall(APDUS[0])
    with pytest.raises(ConnectionResetError):
        rest_of(line)


def test_a_door_that_ends_while_a_message_is_stored_resets(opened: Open) -> None:
    never: Future[Any] = Future()
    port = opened(keep=lambda _letters: never)
    line = port.call()
    line.sendall(APDUS[0])
    port.listener.stop()
    with pytest.raises(ConnectionResetError):
        rest_of(line)


def test_a_stranger_is_closed_before_an_octet_is_read(opened: Open) -> None:
    port = opened(partner(networks=("192.0.2.0/24",)))
    line = port.call()
    assert port.is_closed(line)
    assert port.kept == []


BAD = {
    "2 GB": b"\x61\x84\x7f\xff\xff\xff" + b"x" * 1000,
    "1,500 open elements": b"\x61\x80" + b"\x30\x80" * 1500,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP": b"GET / HTTP/1.1\r\nHost: ill.library.example\r\n\r\n",
    "a text": b"ILL REQUEST 12\r\n",
    "a line end first": b"\r\n" + APDUS[0],
    "zeros": b"\0" * 100,
}


@pytest.mark.parametrize("octets", BAD.values(), ids=BAD)
def test_what_is_no_message_is_kept_for_staff_once_and_answered_by_nothing(
    opened: Open, octets: bytes
) -> None:
    port = opened()
    assert port.said(octets) == b""
    assert port.kept == [octets[:4096]]
    assert port.said(octets + b"again") == b""
    assert len(port.kept) == 1, "staff are told once an hour of one address"


def test_what_came_before_the_nonsense_stays(opened: Open) -> None:
    port = opened()
    assert port.said(APDUS[0] + b"GET / HTTP/1.1") == b""
    assert port.kept == [APDUS[0], b"GET / HTTP/1.1"]


def test_a_line_end_behind_the_last_message_is_nothing(opened: Open) -> None:
    port = opened()
    assert port.said(APDUS[0] + b"\r\n") == b""
    assert port.kept == APDUS[:1]


@pytest.mark.parametrize("apdu", APDUS[1:], ids=["indefinite", "definite"])
def test_truncated_at_every_octet_it_is_a_fault_and_never_a_message(opened: Open, apdu: bytes) -> None:
    port = opened()
    for end in range(1, len(apdu), 7):
        assert port.said(apdu[:end]) == b""
    assert port.kept == [apdu[:end] for end in range(1, len(apdu), 7)]


def test_of_a_long_message_that_was_cut_off_its_beginning_is_kept(opened: Open) -> None:
    """Who sends such ones all day fills no disk."""
    port = opened()
    begun = b"\x61\x83\x0f\x00\x00" + b"x" * 100_000
    assert port.said(begun) == b""
    assert port.kept == [begun[:4096]]


def test_a_reset_in_the_middle_leaves_the_octets_for_staff_and_the_door_open(opened: Open) -> None:
    port = opened()
    line = port.call()
    line.sendall(APDUS[0] + APDUS[2][:50])
    port.has(1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    line.close()
    assert port.said(APDUS[1]) == b""
    assert APDUS[1] in port.kept


def test_who_says_nothing_is_hung_up_on(opened: Open) -> None:
    line = opened(timeout=0.2).call()
    assert rest_of(line) == b""


def test_who_says_one_word_and_no_more_is_hung_up_on(opened: Open) -> None:
    port = opened(timeout=0.2)
    line = port.call()
    line.sendall(APDUS[0])
    assert rest_of(line) == b""
    assert port.kept == APDUS[:1]


def test_a_message_that_comes_too_slowly_is_a_fault(opened: Open) -> None:
    port = opened(apdu_timeout=0.2)
    line = port.call()
    line.sendall(APDUS[2][:20])
    assert rest_of(line) == b""
    assert port.kept == [APDUS[2][:20]]


def test_an_octet_a_second_is_too_slow(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_session, "PACE_GRACE", 0.2)
    port = opened()
    line = port.call()
    line.sendall(APDUS[2][:20])
    assert rest_of(line) == b""
    assert port.kept == [APDUS[2][:20]]


def test_a_connection_has_an_end(opened: Open) -> None:
    line = opened(session_timeout=0.2).call()
    assert rest_of(line) == b""


def test_a_connection_carries_so_many_messages(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_session, "MOST_NEW", 3)
    port = opened()
    assert port.said(b"".join(APDUS)) == b""
    assert port.kept == APDUS


def test_one_message_more_is_reset_and_comes_in_when_all_are_repeated(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end in order would say that we have it."""
    monkeypatch.setattr(tcp_session, "MOST_NEW", 2)
    port = opened()
    with pytest.raises(ConnectionResetError):
        port.said(b"".join(APDUS))
    assert port.kept == APDUS[:2]
    assert port.said(b"".join(APDUS)) == b""
    assert port.kept == APDUS


def test_a_message_after_our_end_is_reset(opened: Open) -> None:
    """It crosses our end of the idle connection, and is stored nowhere."""
    port = opened(timeout=0.2)
    line = port.call()
    line.sendall(APDUS[0])
    assert rest_of(line) == b""
    line.sendall(APDUS[1])
    line.shutdown(socket.SHUT_WR)
    reset = select.poll()
    reset.register(line, select.POLLERR)
    assert reset.poll(LONGEST * 1000), "a reset"
    assert port.kept == APDUS[:1]


@pytest.mark.parametrize("limit", ["max_connections", "max_connections_per_host"])
def test_one_connection_too_many_is_closed_unread(opened: Open, limit: str) -> None:
    port = opened(**{limit: 1})
    first = port.call()
    first.sendall(APDUS[0])
    port.has(1)
    second = port.call()
    assert port.is_closed(second)
    first.sendall(APDUS[1])
    first.shutdown(socket.SHUT_WR)
    assert rest_of(first) == b""
    assert port.kept == APDUS[:2]


def test_the_door_ends_though_somebody_stays(opened: Open) -> None:
    port = opened()
    line = port.call()
    line.sendall(APDUS[0])
    port.has(1)
    line.sendall(APDUS[2][:20])
    port.listener.stop()
    assert rest_of(line) == b""
    assert port.kept == APDUS[:1], "what we cut off comes again and is no fault of theirs"


def test_a_port_that_another_has_is_named(opened: Open, inbox: Any, clock: Any) -> None:
    taken = opened().number
    other = TcpListener(ListenTcp(port=taken), (partner(),), inbox.submit, clock, OpenLines())
    with pytest.raises(
        Misconfigured, match=f"cannot listen on 127.0.0.1 port {taken}: Address already in use"
    ):
        other.start()


# --- answers on the same connection -------------------------------------------------------------


def test_an_answer_goes_where_its_question_came(opened: Open) -> None:
    port = opened(partner(answer="same"))
    line = port.call()
    line.sendall(APDUS[0])
    port.has(1)
    assert port.lines.answer(1, APDUS[2])
    assert line.recv(1000) == APDUS[2]
    assert not port.lines.answer(1, APDUS[2]), "one answer for each message"
    line.sendall(APDUS[1])
    port.has(2)
    assert port.lines.answer(2, APDUS[2])
    line.shutdown(socket.SHUT_WR)
    assert rest_of(line) == APDUS[2]


def test_who_has_said_all_is_waited_for(opened: Open) -> None:
    """A half-close says only that no more will come."""
    port = opened(partner(answer="both"))
    line = port.call()
    line.sendall(APDUS[0])
    line.shutdown(socket.SHUT_WR)
    port.has(1)
    assert port.lines.answer(1, APDUS[2])
    assert rest_of(line) == APDUS[2]


@pytest.mark.parametrize("letter", [0, 2])
def test_nothing_else_is_said_there(opened: Open, letter: int) -> None:
    """Not what staff decide, nor the answer to another one's question."""
    port = opened(partner(answer="same"))
    line = port.call()
    line.sendall(APDUS[0])
    port.has(1)
    assert not port.lines.answer(letter, APDUS[2])


def test_who_does_not_wait_is_told_nothing_there(opened: Open) -> None:
    port = opened(partner(answer="connect"))
    line = port.call()
    line.sendall(APDUS[0])
    port.has(1)
    assert not port.lines.answer(1, APDUS[2])


def test_who_has_gone_is_told_another_way(opened: Open) -> None:
    port = opened(partner(answer="same"))
    line = port.call()
    line.sendall(APDUS[0])
    port.has(1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    line.close()
    assert not port.lines.answer(1, APDUS[2])


# --- TLS ------------------------------------------------------------------------------------------


@pytest.fixture
def theirs(tmp_path: Path) -> Certificate:
    """A client's own certificate."""
    (tmp_path / "client").mkdir()
    return self_signed(tmp_path / "client")


@pytest.fixture
def tls(certificate: Certificate, theirs: Certificate) -> ssl.SSLContext:
    return mutual_context(certificate.certificate, certificate.key, theirs.certificate)


def test_a_client_proves_itself_by_its_certificate(
    opened: Open, tls: ssl.SSLContext, certificate: Certificate, theirs: Certificate
) -> None:
    port = opened(tls=tls)
    line = port.spoken(certificate, theirs)
    line.sendall(APDUS[0])
    line.unwrap()
    port.has(1)
    der = ssl.PEM_cert_to_DER_cert(Path(theirs.certificate).read_text())
    assert [row.login for row in port.inbox.rows()] == [sha256(der).hexdigest()]


def test_who_shows_none_or_another_says_nothing(
    opened: Open, tls: ssl.SSLContext, certificate: Certificate
) -> None:
    port = opened(tls=tls)
    for shown in (None, certificate):
        assert port.is_closed(port.spoken(certificate, shown))  # of TLS 1.3 it is heard with the next word
    assert port.kept == []


def test_plain_octets_on_a_port_with_tls_are_nothing(
    opened: Open, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_in, "HANDSHAKE", 0.3)
    port = opened(tls=tls)
    assert port.is_closed(port.call())
    assert port.kept == []
