"""Where aiosmtpd, left alone, loses or bounces mail or can be held open: each trap once.

The figures of the library are of version 1.4.6; a newer one that behaves otherwise fails here.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.config import Listen
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport import smtp_session
from mailproc.transport.smtp_handler import SmtpHandler
from mailproc.transport.smtp_in import Listener
from mailproc.transport.smtp_session import Session
from tests.support.short_form import examples

Clock = Callable[[], datetime]
Open = Callable[..., socket.socket]
US = "ill@library.example"
START = b"EHLO x\r\nMAIL FROM:<a@lender.example>\r\nRCPT TO:<ill@library.example>\r\nDATA\r\n"
KEPT = b"250 2.0.0 Kept as I"


@pytest.fixture(params=["uvloop", "asyncio"])
def listen(
    request: pytest.FixtureRequest, inbox: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Starts a listener with these settings and gives one greeted connection to it."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    else:
        monkeypatch.setitem(sys.modules, "uvloop", None)
    with contextlib.ExitStack() as stack:

        def made(keep: Any = inbox.submit, **values: Any) -> socket.socket:
            listener = Listener(Listen.model_validate({"port": 0} | values), [US], keep, clock)
            port = listener.start()
            stack.callback(listener.stop)
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            assert line.recv(99).startswith(b"220")
            return line

        yield made


def started(line: socket.socket) -> None:
    """As far as 354."""
    line.sendall(START)
    said = b""
    while b"354" not in said:
        said += line.recv(999)


def rest(line: socket.socket) -> bytes:
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while more := line.recv(9999):
            said += more
    return said


# The content


@pytest.mark.parametrize("length", [998, 1_002, 65_536, 65_537, 1_000_000])
def test_a_long_line_is_a_line(listen: Open, inbox: Any, length: int) -> None:
    line = listen()
    started(line)
    content = b"x" * length + b"\r\n"
    line.sendall(content + b".\r\nQUIT\r\n")
    assert KEPT in rest(line)
    assert [row.raw for row in inbox.rows()] == [content]


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n"])
def test_only_crlf_dot_crlf_ends_a_letter(listen: Open, inbox: Any, end: bytes) -> None:
    """Else a relay that reads it otherwise lets a second letter be smuggled in (CVE-2024-27305)."""
    smuggled = b"one" + end + b"MAIL FROM:<evil@lender.example>\r\nRCPT TO:<ill@library.example>\r\n"
    line = listen()
    started(line)
    line.sendall(smuggled + b"\r\n.\r\nQUIT\r\n")
    assert rest(line).count(KEPT) == 1
    (row,) = inbox.rows()
    assert row.raw == smuggled.replace(b"\r\n.", b"\r\n") + b"\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7])
def test_the_end_is_found_however_the_packets_fall(listen: Open, inbox: Any, size: int) -> None:
    line = listen()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    started(line)
    content = b"a.\r\n..b\r\n...\r\n\r\n"
    stuffed = b"a.\r\n...b\r\n....\r\n\r\n.\r\nQUIT\r\n"
    for first in range(0, len(stuffed), size):
        line.sendall(stuffed[first : first + size])
        time.sleep(0.001)  # a packet of its own; there is nothing to wait for
    assert KEPT in rest(line)
    assert [row.raw for row in inbox.rows()] == [content]


# Half-close and going away


def test_a_half_close_after_the_dot_is_still_answered(listen: Open, inbox: Any) -> None:
    line = listen()
    line.sendall(START + b"one\r\n.\r\n")
    line.shutdown(socket.SHUT_WR)
    assert KEPT in rest(line)
    assert len(inbox.rows()) == 1


def test_who_leaves_during_the_commit_finds_one_row_at_the_second_try(listen: Open, inbox: Any) -> None:
    asked, go, committed = threading.Event(), threading.Event(), threading.Event()

    def keep(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        asked.set()
        go.wait(5)
        future = inbox.submit(batch)
        future.add_done_callback(lambda _: committed.set())
        return future  # type: ignore[no-any-return]  # the fixture's

    line = listen(keep=lambda batch: _later(keep, batch))
    line.sendall(START + b"one\r\n.\r\n")
    assert asked.wait(5)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    where = line.getpeername()
    line.close()  # a reset
    with socket.create_connection(where, timeout=5) as later:
        assert later.recv(99).startswith(b"220")  # by now the door has heard of it
    go.set()
    assert committed.wait(5)
    again = listen()
    again.sendall(START + b"one\r\n.\r\nQUIT\r\n")
    assert KEPT in rest(again)
    assert len(inbox.rows()) == 1


def _later(keep: Callable[[Any], "Future[Any]"], batch: Any) -> "Future[Any]":
    """The writer's way: a future at once, its commit in another thread."""
    promised: Future[Any] = Future()

    def work() -> None:
        kept = keep(batch)
        assert promised.set_running_or_notify_cancel(), "the door took a commit back"
        promised.set_result(kept.result())

    threading.Thread(target=work).start()
    return promised


@pytest.mark.parametrize("said", [b"", b"EHLO x\r\n", b"EHL", START, START + b"half\r\n", START + b"half"])
def test_a_half_close_anywhere_ends_the_session(listen: Open, inbox: Any, said: bytes) -> None:
    line = listen()
    line.sendall(said)
    line.shutdown(socket.SHUT_WR)
    rest(line)  # ends: the door has closed
    assert inbox.rows() == []


# Time


def test_an_idle_client_is_let_go(listen: Open) -> None:
    line = listen(timeout=0.2)
    assert rest(line) == b"421 4.4.2 Idle for too long\r\n"


def test_a_letter_may_take_longer_than_a_command(listen: Open, inbox: Any) -> None:
    line = listen(timeout=0.2, data_timeout=5)
    started(line)
    for _ in range(5):
        line.sendall(b"slow\r\n")
        time.sleep(0.1)  # the trickle is the test
    line.sendall(b".\r\nQUIT\r\n")
    assert KEPT in rest(line)


def test_a_content_has_a_deadline(listen: Open, inbox: Any) -> None:
    line = listen(data_timeout=0.3)
    started(line)
    trickle(line, b"X: y\r\n", 0.02)
    assert rest(line).endswith(b"421 4.4.2 Content too slow\r\n")
    assert inbox.rows() == []


def test_a_content_has_a_minimum_rate(listen: Open, inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slowloris: an octet now and then, far from the deadline."""
    monkeypatch.setattr(smtp_session, "GRACE", 0.2)
    line = listen(data_timeout=60)
    started(line)
    begun = time.monotonic()
    trickle(line, b"x", 0.02)
    assert rest(line).endswith(b"421 4.4.2 Content too slow\r\n")
    assert time.monotonic() - begun < 5


def test_enough_octets_buy_time(listen: Open, inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_session, "GRACE", 0.1)
    line = listen()
    started(line)
    for _ in range(4):
        line.sendall(b"x" * 998 + b"\r\n")
        time.sleep(0.1)  # the trickle is the test
    line.sendall(b".\r\nQUIT\r\n")
    assert KEPT in rest(line)


def test_slowloris_by_noops_meets_the_deadline(listen: Open) -> None:
    line = listen(timeout=10, session_timeout=0.3)
    trickle(line, b"NOOP\r\n", 0.02)
    assert rest(line).endswith(b"421 4.4.2 Session too long\r\n")


def test_noops_are_counted(listen: Open) -> None:
    line = listen()
    line.sendall(b"NOOP\r\n" * 101)
    said = rest(line)
    assert said.count(b"250 OK\r\n") == 100
    assert said.endswith(b"421 4.7.0 NOOP sent too many times\r\n")


def test_the_deadline_waits_for_a_commit(listen: Open, inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_session, "AGAIN", 0.05)
    go = threading.Event()

    def keep(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        def waited(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
            go.wait(5)
            return inbox.submit(batch)  # type: ignore[no-any-return]  # the fixture's

        return _later(waited, batch)

    line = listen(keep=keep, session_timeout=0.2)
    started(line)
    line.sendall(b"one\r\n.\r\n")
    line.settimeout(0.5)
    with pytest.raises(TimeoutError):
        line.recv(99)
    go.set()
    line.settimeout(5)
    said = rest(line)
    assert said.startswith(KEPT)
    assert said.endswith(b"421 4.4.2 Session too long\r\n")


def test_a_client_that_never_reads_is_cut(listen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_session, "FLUSH", 0.1)
    line = listen(session_timeout=0.5)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    with pytest.raises(ConnectionError):
        while True:
            line.sendall(b"HELP\r\n" * 1_000)


def trickle(line: socket.socket, data: bytes, pause: float) -> None:
    """Say it again and again until the door hangs up."""
    with contextlib.suppress(ConnectionError):
        line.setblocking(False)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            line.send(data)
            time.sleep(pause)
            with contextlib.suppress(BlockingIOError):
                if b"421" in line.recv(9_999, socket.MSG_PEEK):
                    break
    line.setblocking(True)


# STARTTLS


def test_nothing_pipelined_before_tls_is_taken_as_encrypted(
    listen: Open, certificate: Any, inbox: Any
) -> None:
    """CVE-2024-34083."""
    line = listen(tls_cert=certificate.certificate, tls_key=certificate.key)
    line.sendall(b"EHLO x\r\n")
    while b"250 HELP" not in line.recv(999):
        pass
    line.sendall(b"STARTTLS\r\nNOOP\r\nEHLO evil\r\nMAIL FROM:<evil@lender.example>\r\n")
    assert line.recv(999) == b"220 Ready to start TLS\r\n"
    context = ssl.create_default_context(cafile=certificate.certificate)
    with context.wrap_socket(line, server_hostname="localhost") as secure:
        secure.sendall(b"RCPT TO:<ill@library.example>\r\n")
        assert secure.recv(999).startswith(b"503")  # no EHLO, no MAIL: none of it counted
        secure.settimeout(0.2)
        with pytest.raises(TimeoutError):
            secure.recv(999)


@pytest.mark.parametrize("garbage", [b"no TLS at all\r\n", b"\x16\x03\x01\x00\x05hello", b""])
def test_a_handshake_that_fails_ends_quietly(
    listen: Open, certificate: Any, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    line = listen(tls_cert=certificate.certificate, tls_key=certificate.key, session_timeout=2)
    line.sendall(b"STARTTLS\r\n")
    assert line.recv(999).startswith(b"220")
    line.sendall(garbage)
    line.shutdown(socket.SHUT_WR)
    rest(line)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_tls_is_neither_offered_nor_begun_inside_tls(listen: Open, certificate: Any, inbox: Any) -> None:
    """aiosmtpd begins TLS inside TLS, which no client can end."""
    line = listen(tls_cert=certificate.certificate, tls_key=certificate.key)
    line.sendall(b"STARTTLS\r\n")
    assert line.recv(999).startswith(b"220")
    context = ssl.create_default_context(cafile=certificate.certificate)
    with context.wrap_socket(line, server_hostname="localhost") as secure:
        secure.sendall(b"EHLO x\r\n")
        said = b""
        while b"250 HELP" not in said:
            said += secure.recv(999)
        assert b"STARTTLS" not in said
        secure.sendall(b"STARTTLS\r\n")
        assert secure.recv(999).startswith(b"503 5.5.1")
        secure.sendall(START.removeprefix(b"EHLO x\r\n"))
        said = b""
        while b"354" not in said:
            said += secure.recv(999)
        secure.sendall(b"Subject: x\r\n\r\n.\r\n")
        assert secure.recv(999).startswith(KEPT)
    assert len(inbox.rows()) == 1


# What is said to the library itself


@pytest.mark.parametrize(
    "command",
    [
        b"\r\n",
        b"\xff\xfe\r\n",
        b"MAIL FROM:<" + b"a" * 5_000 + b"@lender.example>\r\n",
        b"x" * 200_000 + b"\r\n",
        b"MAIL FROM:<a@lender.example> FOO=BAR\r\n",
        b"MAIL FROM:<@>\r\n",
        b'RCPT TO:<"\r\n',
    ],
)
def test_bad_commands_are_refused_and_the_session_goes_on(listen: Open, command: bytes) -> None:
    line = listen()
    line.sendall(b"EHLO x\r\n" + command + b"NOOP\r\nQUIT\r\n")
    said = rest(line).splitlines()
    assert said[-3][:1] == b"5"
    assert said[-2:] == [b"250 OK", b"221 Bye"]


@given(st.text(max_size=60), st.text(max_size=60))
@settings(
    max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_hostile_addresses_never_become_our_trouble(hostile: socket.socket, left: str, right: str) -> None:
    words = (left + right).encode("utf-8", "surrogatepass").replace(b"\r", b"").replace(b"\n", b"")
    hostile.sendall(b"RSET\r\nMAIL FROM:<" + words + b">\r\n")
    said = b""
    while said.count(b"\r\n") < 2:
        more = hostile.recv(9_999)
        assert more, said
        said += more
    assert said.splitlines()[1][:1] in b"25", said


@pytest.fixture
def hostile(listen: Open) -> socket.socket:
    line = listen()
    line.sendall(b"EHLO x\r\n")
    while b"250 HELP" not in line.recv(999):
        pass
    return line


def test_an_exception_in_a_command_tells_nothing(
    listen: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "".join(["se", "cret"])

    async def broken(*arguments: object) -> str:
        raise OSError(words)

    monkeypatch.setattr(SmtpHandler, "handle_RCPT", broken)
    line = listen()
    line.sendall(START)
    assert rest(line).endswith(b"421 4.3.0 Trouble on our side, try again later\r\n")
    assert "OSError" in caplog.text
    assert words not in caplog.text


def test_a_session_that_has_failed_waits_for_its_end_and_reads_no_more() -> None:
    """The end takes a while where the client reads nothing: a closed stream would be read in a circle."""

    class Gone:
        def hang_up(self, line: str = "") -> None:
            del line

    failed: Any = Session.handle_exception(cast(Session, Gone()), asyncio.IncompleteReadError(b"", 1))
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(failed, 0.05))


def test_data_without_a_recipient_is_refused_and_the_session_goes_on(listen: Open) -> None:
    line = listen()
    line.sendall(b"EHLO x\r\nMAIL FROM:<a@lender.example>\r\nDATA\r\nQUIT\r\n")
    assert b"\r\n503 5.5.1 Error: need RCPT command\r\n221" in rest(line)


def test_the_library_logs_no_letter_and_no_password(listen: Open, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    line = listen()
    line.sendall(b"AUTH LOGIN c2VjcmV0\r\nc2VjcmV0\r\n" + START + b"TX secret\r\n.\r\nQUIT\r\n")
    assert KEPT in rest(line)
    assert "secret" not in caplog.text
    assert "c2VjcmV0" not in caplog.text


def test_one_session_does_not_stop_another(listen: Open, inbox: Any) -> None:
    """The door's own thread must go on while a commit is slow."""
    go = threading.Event()

    def keep(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        def waited(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
            go.wait(5)
            return inbox.submit(batch)  # type: ignore[no-any-return]  # the fixture's

        return _later(waited, batch)

    slow = listen(keep=keep)
    started(slow)
    slow.sendall(b"one\r\n.\r\n")
    with socket.create_connection(slow.getpeername(), timeout=5) as other:
        assert other.recv(99).startswith(b"220")
        other.sendall(b"NOOP\r\nQUIT\r\n")
        assert rest(other) == b"250 OK\r\n221 Bye\r\n"
    go.set()
    assert slow.recv(99).startswith(KEPT)


def test_the_version_of_the_library_is_one_that_is_mended() -> None:
    import aiosmtpd

    assert tuple(int(part) for part in aiosmtpd.__version__.split(".")[:3]) >= (1, 4, 6)
    assert asyncio.StreamReaderProtocol in smtp_session.Session.__mro__


# Parameters


@pytest.mark.parametrize(
    "parameter",
    ["SIZE=²", "SIZE=٣", "SIZE=①", "SIZE=1²", "SIZE=", "SIZE=x", "SIZE=-1", "SIZE=1e3", "BODY=²", "BODY=ſ",
     "SMTPUTF8=²", "²=1", "SIZE²=1", "RET=²", "\udcff=1"],
)  # fmt: skip
def test_a_parameter_that_is_none_is_the_clients_mistake(
    listen: Open, caplog: pytest.LogCaptureFixture, parameter: str
) -> None:
    """The library takes "²" for a digit, and int() does not."""
    line = listen()
    word = parameter.encode("utf-8", "surrogateescape")
    line.sendall(b"EHLO x\r\nMAIL FROM:<a@lender.example> " + word + b"\r\nNOOP\r\nQUIT\r\n")
    said = rest(line).decode().splitlines()
    answer = next(one for one in said if one[:3] not in ("250", "220"))
    assert answer[:3] in ("500", "501", "555"), said
    assert [one[:3] for one in said[-2:]] == ["250", "221"], "the session goes on"
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    "verb", ["RCPT TO:<ill@library.example> SIZE=²", "AUTH PLAIN ²", "HELP ²", "VRFY ²", "ETRN ²"]
)
def test_nor_is_another_word_that_is_no_ascii(
    listen: Open, caplog: pytest.LogCaptureFixture, verb: str
) -> None:
    line = listen()
    line.sendall(f"EHLO x\r\nMAIL FROM:<a@lender.example>\r\n{verb}\r\nNOOP\r\nQUIT\r\n".encode())
    said = rest(line).decode().splitlines()
    assert not [one for one in said if one.startswith("421")]
    assert said[-1].startswith("221")
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
