"""The SMTP door by sockets and smtplib: what it takes, what it refuses, and what it promises by 250."""

import contextlib
import smtplib
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.config import Listen
from mailproc.errors import Misconfigured, NoRoom, TryLater
from mailproc.store.inbox import NewLetter, StoredLetter
from mailproc.transport import smtp_login
from mailproc.transport.smtp_in import Listener
from tests.cheap_hash import cheap_hash

Clock = Callable[[], datetime]
US = "ill@library.example"
OTHER = "Orders@Library.example"
THEM = "orders@lender.example"
RAW = b"Subject: order\r\n\r\n.dot\r\n..two\r\nbare\nlf\rcr \0nul \xff\r\n"


class Door:
    """A running listener over a real store."""

    def __init__(self, inbox: Any, clock: Clock) -> None:
        self.inbox = inbox
        self.clock = clock
        self.keep: Callable[[Sequence[NewLetter]], Future[list[StoredLetter]]] = inbox.submit
        self.listener: Listener | None = None

    def open(self, **values: Any) -> int:
        settings = {"port": 0} | {key: value for key, value in values.items() if key in Listen.model_fields}
        rest = {key: value for key, value in values.items() if key not in Listen.model_fields}
        listen = Listen.model_validate(settings)
        self.listener = Listener(listen, [US, OTHER], self._keep, self.clock, **rest)
        self.port = self.listener.start()
        return self.port

    def _keep(self, batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        return self.keep(batch)

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=10)

    def line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def close(self) -> None:
        if self.listener is not None:
            self.listener.stop()


@pytest.fixture(params=["uvloop", "asyncio"])
def door(
    request: pytest.FixtureRequest, inbox: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    """Every test on both loops: uvloop is optional and must change nothing."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    else:
        monkeypatch.setitem(sys.modules, "uvloop", None)
    made = Door(inbox, clock)
    yield made
    made.close()


def answer(error: smtplib.SMTPResponseException) -> int:
    return error.smtp_code


# What is taken


def test_the_bytes_are_exact_and_one_row_each(door: Door, clock: Clock) -> None:
    door.open()
    with door.client() as client:
        client.sendmail(THEM, [US, OTHER], RAW)
    rows = door.inbox.rows()
    assert [row.rcpt_to for row in rows] == [US, OTHER]
    sent = RAW  # sendmail passes bytes on as they are
    for row in rows:
        assert (row.raw, row.door, row.mail_from, row.peer) == (sent, "listener", THEM, "127.0.0.1")
        assert (row.received_at, row.login) == (clock(), "")


@given(body=st.binary(max_size=300))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_content_arrives_as_it_was_sent(door: Door, body: bytes) -> None:
    if door.listener is None:
        door.open()
    raw = b"X: y\r\n\r\n" + body.replace(b"\r\n.\r\n", b"") + b"\r\n"
    with door.client() as client:
        client.ehlo()
        client.mail(THEM)
        client.rcpt(US)
        client.docmd("DATA")
        client.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        code, text = client.getreply()
    assert code == 250
    row = text.decode().split()[-1].removeprefix("I")
    assert next(found for found in door.inbox.rows() if found.id == int(row)).raw == raw


@pytest.mark.parametrize("raw", [b"", b"\r\n", b".\r\n", b"..\r\n", b"\r\n\r\n", b"x\r\n", b".\r\n.\r\n"])
def test_the_smallest_letters(door: Door, raw: bytes) -> None:
    door.open()
    stuffed = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]
    with door.line() as line:
        talk(line, f"EHLO x|MAIL FROM:<{THEM}>|RCPT TO:<{US}>|DATA")
        assert reply(line, stuffed + b".\r\nNOOP\r\n").startswith(b"250 2.0.0 Kept as I1\r\n")
    assert [row.raw for row in door.inbox.rows()] == [raw]


def test_the_null_sender_is_taken(door: Door) -> None:
    door.open()
    with door.client() as client:
        client.sendmail("", [US], RAW)
    assert [row.mail_from for row in door.inbox.rows()] == [""]


def test_again_is_the_same_row_whatever_the_spelling(door: Door) -> None:
    door.open()
    with door.client() as client:
        for recipient in (US, US.upper(), US):
            client.sendmail(THEM, [recipient], RAW)
        client.sendmail(THEM, [US, US.title()], RAW)
    assert len(door.inbox.rows()) == 1


def test_eight_bit_and_utf8_addresses(door: Door) -> None:
    door.open()
    with door.client() as client:
        client.sendmail("größe@lender.example", [US], RAW, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    assert [row.mail_from for row in door.inbox.rows()] == ["größe@lender.example"]


def test_a_whole_pipeline_in_one_packet(door: Door) -> None:
    door.open()
    letter = f"MAIL FROM:<{THEM}>\r\nRCPT TO:<{US}>\r\nDATA\r\n"
    with door.line() as line:
        line.sendall(f"EHLO x\r\n{letter}one\r\n.\r\n{letter}two\r\n.\r\nQUIT\r\n".encode())
        said = rest(line)
    assert said.count(b"250 2.0.0 Kept as") == 2
    assert said.endswith(b"221 Bye\r\n")
    assert [row.raw for row in door.inbox.rows()] == [b"one\r\n", b"two\r\n"]


# What is refused


def test_unknown_recipients_harm_no_others(door: Door) -> None:
    door.open()
    with door.client() as client:
        refused = client.sendmail(THEM, [US, "nobody@library.example", "<>"], RAW)
    assert {name: code for name, (code, _) in refused.items()} == {"nobody@library.example": 550, "<>": 550}
    assert [row.rcpt_to for row in door.inbox.rows()] == [US]


def test_the_envelope_addresses_of_single_letters_are_ours(door: Door) -> None:
    door.open(went_out=lambda _address: True)
    ours, token = "ill+o12.00112233445566778899@library.example", "00112233445566778899"
    with door.client() as client:
        client.sendmail("", [f"ILL+O12.{token}@Library.example"], RAW)
        for stranger in (
            f"ill+O12.{token}@elsewhere.example",
            f"nobody+O12.{token}@library.example",
            f"ill+O12.{token}0@library.example",
            "ill+detail@library.example",
        ):
            client.mail("")
            assert client.rcpt(stranger)[0] == 550
            client.rset()
    assert [row.rcpt_to for row in door.inbox.rows()] == [ours]


def test_too_many_recipients_wait(door: Door) -> None:
    door.open(max_recipients=1)
    with door.client() as client:
        refused = client.sendmail(THEM, [US, OTHER], RAW)
    assert refused[OTHER][0] == 452


def test_size_is_said_and_kept_to(door: Door) -> None:
    door.open(max_size=2_000)
    with door.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "2000"
        assert client.mail(THEM, ["SIZE=2001"])[0] == 552
        client.mail(THEM)
        client.rcpt(US)
        assert client.data(b"x" * 1_998 + b"\r\n")[0] == 250
        client.mail(THEM)
        client.rcpt(US)
        code, text = client.data(b"x" * 1_999 + b"\r\n")
        assert (code, text) == (552, b"5.3.4 Letter too large")
        client.mail(THEM)  # and the session goes on
        client.rcpt(US)
        assert client.data(b"y" * 70_000 + b"\r\n.x\r\n")[0] == 552
        client.sendmail(THEM, [US], b"small\r\n")
    assert len(door.inbox.rows()) == 2


def test_all_sessions_together_have_a_bound(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailproc.transport.smtp_memory.LETTERS", 1)
    door.open(max_size=150_000)
    with door.line() as first, door.client() as second:
        talk(first, f"EHLO x|MAIL FROM:<{THEM}>|RCPT TO:<{US}>|DATA")
        first.sendall(b"x" * 100_000)
        second.sendmail(THEM, [US], b"x" * 40_000 + b"\r\n")
        second.mail(THEM)
        second.rcpt(US)
        assert second.data(b"x" * 90_000 + b"\r\n")[0] == 452
        assert reply(first, b"\r\n.\r\n").startswith(b"250")
        second.sendmail(THEM, [US], b"x" * 140_000 + b"\r\n")  # all is released again
    assert len(door.inbox.rows()) == 3


def test_no_room_is_said_at_mail_from(door: Door) -> None:
    room = [False]
    door.open(room=lambda: room[0])
    with door.client() as client:
        client.ehlo()
        assert client.mail(THEM)[0] == 452
        room[0] = True
        assert client.sendmail(THEM, [US], RAW) == {}


@pytest.mark.parametrize("networks", [("192.0.2.0/24",), (), ("::1/128", "10.0.0.0/8")])
def test_strangers_are_turned_away_at_the_door(door: Door, networks: tuple[str, ...]) -> None:
    door.open(networks=networks)
    with pytest.raises(smtplib.SMTPConnectError) as caught:
        door.client()
    assert answer(caught.value) == 554


def test_connections_are_bounded(door: Door) -> None:
    door.open(max_connections=3)
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(door.line()) for _ in range(3)]
        assert all(line.recv(99).startswith(b"220") for line in lines)
        fourth = stack.enter_context(door.line())
        assert rest(fourth).startswith(b"421 4.3.2")
        talk(lines[0], "QUIT", greeted=True)
        assert rest(lines[0]) == b""
        fifth = stack.enter_context(door.line())
        assert fifth.recv(99).startswith(b"220")


def test_connections_of_one_host_are_bounded(door: Door) -> None:
    door.open(max_connections_per_host=1)
    with door.line() as first, door.line() as second:
        assert first.recv(99).startswith(b"220")
        assert rest(second).startswith(b"421 4.7.0")


def test_500_connections(door: Door) -> None:
    door.open(max_connections=100, max_connections_per_host=100)
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(door.line()) for _ in range(500)]
        greetings = [line.recv(99)[:3] for line in lines]
        assert (greetings.count(b"220"), greetings.count(b"421")) == (100, 400)
    with eventually(door.client) as client:
        assert client.sendmail(THEM, [US], RAW) == {}


def test_fifty_clients_at_once(door: Door) -> None:
    door.open()

    def send(number: int) -> None:
        with door.client() as client:
            for letter in range(4):
                client.sendmail(THEM, [US], b"Subject: %d/%d\r\n\r\n" % (number, letter))

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(send, range(50)))
    assert len({row.digest for row in door.inbox.rows()}) == 200


# TLS and logins


def test_starttls(door: Door, trusted: Any) -> None:
    door.open(tls_cert=trusted.certificate, tls_key=trusted.key, require_tls=True)
    with door.client() as client:
        client.ehlo()
        assert client.mail(THEM)[0] == 530
    with smtplib.SMTP("localhost", door.port, timeout=10) as client:
        client.starttls(context=ssl.create_default_context())
        client.sendmail(THEM, [US], RAW)
        client.sendmail(THEM, [US], b"x" * 300_000 + b"\r\n")
    assert [len(row.raw) for row in door.inbox.rows()] == [len(RAW), 300_002]


LOGINS = {"lender": cheap_hash("correct-horse")}


@pytest.fixture
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_login, "PAUSE", 0.0)


@pytest.mark.usefixtures("_without_pauses")
@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login"])
def test_logins_only_over_tls(door: Door, trusted: Any, mechanism: str) -> None:
    door.open(tls_cert=trusted.certificate, tls_key=trusted.key, logins=LOGINS)
    with smtplib.SMTP("localhost", door.port, timeout=10) as client:
        client.ehlo()
        assert "auth" not in client.esmtp_features
        assert client.docmd("AUTH PLAIN AGxlbmRlcgBjb3JyZWN0LWhvcnNl")[0] == 538
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
        assert client.esmtp_features["auth"].split() == ["LOGIN", "PLAIN"]
        client.user, client.password = "lender", "wrong"
        name = mechanism.removeprefix("auth_").upper()
        with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
            client.auth(name, getattr(client, mechanism))
        assert answer(caught.value) == 535
        client.password = "correct-horse"
        client.auth(name, getattr(client, mechanism))
        assert client.sendmail(THEM, [US], RAW, mail_options=["AUTH=<>"]) == {}
    assert [row.login for row in door.inbox.rows()] == ["lender"]


def test_without_logins_none_are_offered(door: Door, trusted: Any) -> None:
    door.open(tls_cert=trusted.certificate, tls_key=trusted.key)
    with smtplib.SMTP("localhost", door.port, timeout=10) as client:
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
        assert "auth" not in client.esmtp_features
        assert client.docmd("AUTH PLAIN AGxlbmRlcgBjb3JyZWN0LWhvcnNl")[0] == 504


@pytest.mark.usefixtures("_without_pauses")
def test_guessing_passwords_ends(door: Door, trusted: Any) -> None:
    door.open(tls_cert=trusted.certificate, tls_key=trusted.key, logins=LOGINS)
    with smtplib.SMTP("localhost", door.port, timeout=10) as client:
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
        codes = [client.docmd("AUTH PLAIN AGxlbmRlcgB4")[0] for _ in range(6)]
        assert codes == [535] * 5 + [421]


# Starting and stopping


def test_a_port_that_is_taken_is_said(door: Door) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(Misconfigured, match="listen"):
        door.open(port=other.getsockname()[1])


@pytest.mark.parametrize(
    "values",
    [
        {"tls_cert": "/nonexistent.pem"},
        {"require_tls": True},
        {"networks": ("300.0.0.0/8",)},
    ],
)
def test_what_cannot_work_is_said_at_once(door: Door, values: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match=next(iter(values)).removesuffix("_key")):
        door.open(**values)


def test_stop_lets_a_letter_finish(door: Door) -> None:
    door.open()
    with door.line() as busy, door.line() as idle:
        talk(busy, f"EHLO x|MAIL FROM:<{THEM}>|RCPT TO:<{US}>|DATA")
        busy.sendall(b"half\r\n")
        assert idle.recv(99).startswith(b"220")
        stopping = threading.Thread(target=door.close)
        begun = time.monotonic()
        stopping.start()
        assert rest(idle).startswith(b"421 4.3.2")
        said = reply(busy, b"whole\r\n.\r\n") + rest(busy)
        assert said.startswith(b"250 2.0.0 Kept as I1")
        assert said.splitlines()[-1].startswith(b"421")
        stopping.join()
    assert time.monotonic() - begun < 2
    assert [row.raw for row in door.inbox.rows()] == [b"half\r\nwhole\r\n"]


def test_stop_waits_for_nobody_for_long(door: Door) -> None:
    door.open()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            line = stack.enter_context(door.line())
            talk(line, f"EHLO x|MAIL FROM:<{THEM}>|RCPT TO:<{US}>|DATA")
        begun = time.monotonic()
        door.close()
        assert time.monotonic() - begun < 2
    door.close()  # a second time is nothing


def test_only_addresses_that_we_gave_out_are_taken_back_and_one_at_a_time(door: Door) -> None:
    """Else one transaction of a stranger would be as many rows as it invents addresses."""
    local, _, domain = US.partition("@")
    given, other, invented = (f"{local}+o{n}.{'ab' * 10}@{domain}" for n in (1, 2, 3))
    door.open(went_out=lambda address: address in (given, other))
    with door.client() as client:
        client.ehlo()
        client.mail(THEM)
        assert client.rcpt(invented)[0] == 550
        assert client.rcpt(given.upper())[0] == 250
        assert client.rcpt(given)[0] == 250
        assert client.rcpt(other)[0] == 452
        assert client.data(RAW)[0] == 250
    assert [row.rcpt_to for row in door.inbox.rows()] == [given]


def test_without_addresses_given_out_none_of_that_form_is_taken(door: Door) -> None:
    local, _, domain = US.partition("@")
    door.open()
    with door.client() as client:
        client.ehlo()
        client.mail(THEM)
        assert client.rcpt(f"{local}+o1.{'ab' * 10}@{domain}")[0] == 550


def test_stop_before_start(clock: Clock, inbox: Any) -> None:
    listener = Listener(Listen(port=0), [US], inbox.submit, clock)
    listener.stop()
    assert listener.start() > 0
    listener.stop()


# A commit that fails, waits or is never heard of


WORDS = "database is locked: " + "".join(["se", "cret"])  # source lines stand in tracebacks


def refusing(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
    raise TryLater("the queue is full")


def broken(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
    raise OSError(WORDS)


def failing(error: BaseException) -> Callable[[Sequence[NewLetter]], "Future[list[StoredLetter]]"]:
    def keep(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        future: Future[list[StoredLetter]] = Future()
        future.set_exception(error)
        return future

    return keep


def cancelled(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
    future: Future[list[StoredLetter]] = Future()
    future.cancel()
    return future


@pytest.mark.parametrize(
    ("keep", "code"),
    [
        (refusing, 452),
        (broken, 451),
        (cancelled, 451),
        (failing(TryLater("locked")), 451),
        (failing(NoRoom("the disk is full")), 452),
        (failing(OSError(WORDS)), 451),
        (failing(KeyError(WORDS)), 451),
    ],
)
def test_our_own_trouble_is_never_a_5yz(
    door: Door, keep: Any, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    door.open()
    with door.client() as client:
        door.keep = keep
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail(THEM, [US], RAW)
        assert answer(caught.value) == code
        assert b"secret" not in caught.value.smtp_error
        door.keep = door.inbox.submit
        client.sendmail(THEM, [US], RAW)  # the same session, the same letter
    assert len(door.inbox.rows()) == 1
    assert caplog.records
    assert not any(line.rstrip().endswith(":") for line in caplog.messages)  # each has its reason
    assert "secret" not in caplog.text


def test_250_waits_for_the_commit(door: Door) -> None:
    committed: Future[list[StoredLetter]] = Future()
    asked = threading.Event()

    def keep(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        asked.set()
        return committed

    door.keep = keep
    door.open()
    with door.line() as line:
        talk(line, f"EHLO x|MAIL FROM:<{THEM}>|RCPT TO:<{US}>|DATA")
        line.sendall(RAW + b".\r\n")
        assert asked.wait(5)
        line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            line.recv(99)
        line.settimeout(5)
        committed.set_result([StoredLetter(7, new=True)])
        assert line.recv(99) == b"250 2.0.0 Kept as I7\r\n"


def test_a_commit_that_takes_too_long_is_deferred(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mailproc.transport.smtp_handler.KEEP_TIMEOUT", 0.1)
    late: Future[list[StoredLetter]] = Future()

    def keep(batch: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        return late

    door.keep = keep
    door.open()
    with door.client() as client:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail(THEM, [US], RAW)
        assert answer(caught.value) == 451
        assert "message deferred (451): the store took longer than 0.1 s" in caplog.messages
        late.set_result([StoredLetter(1, new=True)])  # its commit was not cancelled
        assert client.noop()[0] == 250


# Talking by hand


def talk(line: socket.socket, commands: str, *, greeted: bool = False) -> None:
    """Say these one after the other, each answered by 2yz or 354."""
    if not greeted:
        assert line.recv(999).startswith(b"220")
    for command in commands.split("|"):
        said = reply(line, command.encode() + b"\r\n")
        assert said[:1] in b"23", said


def reply(line: socket.socket, data: bytes) -> bytes:
    """Send, and read until a whole answer is there."""
    line.sendall(data)
    said = b""
    while not (said.endswith(b"\r\n") and said.splitlines()[-1][3:4] == b" "):
        more = line.recv(9999)
        if not more:
            break
        said += more
    return said


def rest(line: socket.socket) -> bytes:
    """All there is until the other side closes."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while more := line.recv(9999):
            said += more
    return said


def eventually(make: Callable[[], smtplib.SMTP]) -> smtplib.SMTP:
    """Connections that were dropped a moment ago are counted until the loop has seen it."""
    end = time.monotonic() + 5
    while True:
        try:
            return make()
        except smtplib.SMTPConnectError:
            if time.monotonic() > end:
                raise
