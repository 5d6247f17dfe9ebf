"""The relay against a real aiosmtpd that answers, refuses, hangs and breaks as it is told."""

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from mailproc.config import Deliver
from mailproc.errors import GiveUp, InDoubt, MailprocError, TryLater
from mailproc.mail.letter import Envelope as Ours
from mailproc.transport.smtp_out import Relay
from tests.cheap_hash import cheap_hash
from tests.servers.relay import SmtpServer
from tests.support.short_form import examples

ENVELOPE = Ours("ill@library.example", "orders@lender.example")
RAW = b"Subject: order\r\n\r\nbody\r\n"
SECRET = "correct-horse"


class Sink:
    """aiosmtpd's handler: does per verb what the test scripted, once each, else takes the letter."""

    def __init__(self) -> None:
        self.script: dict[str, list[str]] = {}
        self.letters: list[tuple[str, list[str], bytes]] = []
        self.options: list[str] = []
        self.greeted = 0
        self.hung = threading.Event()

    async def _act(self, server: SMTP, verb: str) -> Any:
        todo = self.script.get(verb) or [""]
        act = todo.pop(0)
        if act == "close":
            assert server.transport is not None
            server.transport.close()
            await asyncio.Event().wait()  # closing cancels us
        if act == "hang":
            self.hung.set()
            await asyncio.Event().wait()
        return act or MISSING

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, _envelope: Envelope, name: str, offers: list[str]
    ) -> list[str]:
        self.greeted += 1
        act = await self._act(server, "EHLO")
        session.host_name = name
        return offers if act is MISSING else [act]

    async def handle_NOOP(self, server: SMTP, *_rest: object) -> Any:  # noqa: N802
        return await self._act(server, "NOOP")

    async def handle_RSET(self, server: SMTP, *_rest: object) -> Any:  # noqa: N802
        return await self._act(server, "RSET")

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: Session, _envelope: Envelope, _address: str, options: list[str]
    ) -> Any:
        self.options = options
        return await self._act(server, "MAIL")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> Any:
        status = await self._act(server, "RCPT")
        if status is not MISSING and status.startswith("2"):
            envelope.rcpt_tos.append(address)
        return status

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.letters.append(
            (str(envelope.mail_from), envelope.rcpt_tos, bytes(envelope.original_content or b""))
        )
        status = await self._act(server, "DATA")
        return "250 2.0.0 queued as 4F2" if status is MISSING else str(status)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time_of_day(clock: Callable[[], datetime]) -> Clock:
    return Clock(clock())


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def serve(sink: Sink) -> Iterator[Callable[..., int]]:
    """Starts the sink and gives its port."""
    with contextlib.ExitStack() as servers:

        def started(**options: Any) -> int:
            return servers.enter_context(SmtpServer(sink, enable_SMTPUTF8=True, **options)).port

        yield started


@pytest.fixture
def connect(serve: Callable[..., int], time_of_day: Clock) -> Iterator[Callable[..., Relay]]:
    """A relay to the sink, or to the port given."""
    with contextlib.ExitStack() as stack:

        def made(port: int = 0, **values: Any) -> Relay:
            standard = {"mode": "smtp", "host": "127.0.0.1", "security": "none", "timeout": 5}
            deliver = Deliver.model_validate(standard | {"port": port or serve()} | values)
            return stack.enter_context(Relay(deliver, time_of_day))

        yield made


# What arrives


def test_letters_go_over_one_connection(connect: Any, sink: Sink) -> None:
    relay = connect()
    for _ in range(3):
        assert relay.send(ENVELOPE, RAW) == "250 2.0.0 queued as 4F2"
    assert sink.letters == [("ill@library.example", ["orders@lender.example"], RAW)] * 3
    assert sink.greeted == 1
    assert f"SIZE={len(RAW)}" in sink.options


def test_the_null_sender(connect: Any, sink: Sink) -> None:
    connect().send(Ours("", "orders@lender.example"), RAW)
    assert sink.letters[0][0] == "<>"


@pytest.mark.parametrize(
    ("raw", "arrives"),
    [
        (b"a\nb\rc\r\nd", b"a\r\nb\r\nc\r\nd\r\n"),
        (b".\n..\nx\n.", b".\r\n..\r\nx\r\n.\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n.\r\nb\r\n"),
        (b"a\n.\nMAIL FROM:<evil@x>\n", b"a\r\n.\r\nMAIL FROM:<evil@x>\r\n"),
        (b"\r.\r", b"\r\n.\r\n"),
        (b"", b""),
        (b"\xff\xfe\0", b"\xff\xfe\0\r\n"),
    ],
)
def test_line_ends_and_dots(connect: Any, sink: Sink, raw: bytes, arrives: bytes) -> None:
    connect().send(ENVELOPE, raw)
    assert [content for _, _, content in sink.letters] == [arrives]


@given(raw=st.lists(st.sampled_from([b".", b"\r", b"\n", b"x", b"\r\n", b"\xe9"]), max_size=40).map(b"".join))
@settings(
    max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_every_letter_stays_one_letter(kept: Relay, sink: Sink, raw: bytes) -> None:
    sink.letters.clear()
    kept.send(ENVELOPE, raw)
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    assert [content for _, _, content in sink.letters] == [b"".join(line + b"\r\n" for line in lines)]


@pytest.fixture
def kept(connect: Any) -> Any:
    return connect()


def test_utf8_addresses(connect: Any, sink: Sink) -> None:
    connect().send(Ours("größe@library.example", "orders@lender.example"), RAW)
    assert sink.letters[0][0] == "größe@library.example"


@pytest.mark.parametrize("address", ["a@x>\r\nDATA\r\n", "a\nb@x", "A <a@x>", "a@x, b@x", "a(b)@x", "a@x>"])
def test_an_address_cannot_hold_a_command(connect: Any, sink: Sink, address: str) -> None:
    relay = connect()
    with pytest.raises(GiveUp, match="none that can be sent"):
        relay.send(Ours("ill@library.example", address), RAW)
    assert sink.letters == []
    assert relay.send(ENVELOPE, RAW).startswith("250")


def test_nagle_is_off(connect: Any) -> None:
    relay = connect()
    relay.send(ENVELOPE, RAW)
    assert relay._server.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


# What a failure means


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("450 4.2.0 later", TryLater),
        ("451 4.3.0 our trouble", TryLater),
        ("452 4.2.2 full", TryLater),
        ("550 5.1.1 nobody", GiveUp),
        ("552 5.3.4 too large", GiveUp),
        ("554 5.7.1 no", GiveUp),
        ("530 5.7.0 log in first", TryLater),
    ],
)
def test_replies_sort_the_failure_and_the_connection_goes_on(
    connect: Any, sink: Sink, verb: str, status: str, kind: type[MailprocError]
) -> None:
    sink.script = {verb: [status]}
    relay = connect()
    with pytest.raises(kind) as caught:
        relay.send(ENVELOPE, RAW)
    assert status in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    sink.letters.clear()
    assert relay.send(ENVELOPE, RAW).startswith("250")
    assert (len(sink.letters), sink.greeted) == (1, 1)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
@pytest.mark.parametrize("act", ["500 5.5.1 what?", "451 4.3.0 later", "close"])
def test_where_it_cannot_start_afresh_the_next_letter_has_a_connection_of_its_own(
    connect: Any, sink: Sink, verb: str, act: str
) -> None:
    """What the relay still knows of the refused letter must not be mixed into the next."""
    sink.script = {verb: ["550 5.1.1 nobody"], "RSET": [act]}
    relay = connect()
    with pytest.raises(GiveUp, match="nobody"):
        relay.send(ENVELOPE, RAW)
    assert relay.send(ENVELOPE, RAW).startswith("250")
    assert (len(sink.letters), sink.greeted) == (1, 2)


def test_251_is_as_good_as_250(connect: Any, sink: Sink) -> None:
    sink.script = {"RCPT": ["251 will forward"]}
    assert connect().send(ENVELOPE, RAW).startswith("250")


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_421_before_the_letter_on_a_fresh_connection(connect: Any, sink: Sink, verb: str) -> None:
    sink.script = {verb: ["421 4.3.2 going down"] * 2}
    with pytest.raises(TryLater, match="421"):
        connect().send(ENVELOPE, RAW)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
@pytest.mark.parametrize("act", ["close", "421 4.3.2 enough of this session"])
def test_a_kept_connection_that_died_is_replaced_silently(
    connect: Any, sink: Sink, verb: str, act: str
) -> None:
    relay = connect()
    relay.send(ENVELOPE, RAW)
    sink.script = {verb: [act]}
    assert relay.send(ENVELOPE, RAW).startswith("250")
    assert (len(sink.letters), sink.greeted) == (2, 2)


def test_it_is_replaced_once_only(connect: Any, sink: Sink) -> None:
    relay = connect()
    relay.send(ENVELOPE, RAW)
    sink.script = {"MAIL": ["close", "close", "close"]}
    with pytest.raises(TryLater):
        relay.send(ENVELOPE, RAW)
    assert sink.script == {"MAIL": ["close"]}


@pytest.mark.parametrize("act", ["close", "500 what?"])
def test_after_idling_it_is_asked_first(connect: Any, sink: Sink, time_of_day: Clock, act: str) -> None:
    relay = connect()
    relay.send(ENVELOPE, RAW)
    sink.script = {"NOOP": ["", act]}
    for greeted in (1, 2):
        time_of_day.now += timedelta(minutes=5)
        assert relay.send(ENVELOPE, RAW).startswith("250")
        assert sink.greeted == greeted
    assert len(sink.letters) == 3


def test_a_break_after_the_dot_is_in_doubt(connect: Any, sink: Sink) -> None:
    relay = connect()
    relay.send(ENVELOPE, RAW)  # also on a kept connection: never sent twice by itself
    sink.script = {"DATA": ["close"]}
    with pytest.raises(InDoubt, match="receipt never came"):
        relay.send(ENVELOPE, RAW)
    assert len(sink.letters) == 2
    assert relay.send(ENVELOPE, RAW).startswith("250")


def test_silence_after_the_dot_is_in_doubt(connect: Any, sink: Sink) -> None:
    sink.script = {"DATA": ["hang"]}
    begun = time.monotonic()
    with pytest.raises(InDoubt):
        connect(timeout=0.3).send(ENVELOPE, RAW)
    assert time.monotonic() - begun < 3
    assert sink.hung.is_set()


@pytest.mark.parametrize("said", ["xyz", "2", "999 what", "x" * 20_000])
def test_a_receipt_that_is_none_is_in_doubt(connect: Any, sink: Sink, said: str) -> None:
    sink.script = {"DATA": [said]}
    with pytest.raises(InDoubt):
        connect().send(ENVELOPE, RAW)


def test_421_to_the_dot_was_a_refusal(connect: Any, sink: Sink) -> None:
    relay = connect()
    relay.send(ENVELOPE, RAW)
    sink.script = {"DATA": ["421 4.3.2 going down"]}
    with pytest.raises(TryLater, match="421"):
        relay.send(ENVELOPE, RAW)
    assert relay.send(ENVELOPE, RAW).startswith("250")


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT"])
def test_silence_before_the_letter_is_tried_later(connect: Any, sink: Sink, verb: str) -> None:
    sink.script = {verb: ["hang"]}
    with pytest.raises(TryLater):
        connect(timeout=0.3).send(ENVELOPE, RAW)
    assert sink.letters == []


@pytest.mark.parametrize("greeting", [b"", b"554 no service\r\n", b"421 busy\r\n", b"HTTP/1.1 400\r\n"])
def test_a_strange_greeting_is_tried_later(connect: Any, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            client, _ = listener.accept()
            with client:
                client.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(TryLater):
            connect(port=listener.getsockname()[1]).send(ENVELOPE, RAW)
        thread.join()


def test_a_break_within_the_content_is_tried_later(connect: Any) -> None:
    """Without its final dot nobody takes a letter."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take_a_little() -> None:
            client, _ = listener.accept()
            with client, client.makefile("rb") as lines:
                client.sendall(b"220 here\r\n")
                for answer in (b"250 hi", b"250 ok", b"250 ok", b"354 go"):
                    lines.readline()
                    client.sendall(answer + b"\r\n")
                lines.read(10_000)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        thread = threading.Thread(target=take_a_little)
        thread.start()
        with pytest.raises(TryLater):
            connect(port=listener.getsockname()[1]).send(ENVELOPE, b"x" * 998 + b"\r\n" + b"y" * 50_000_000)
        thread.join()


def test_nobody_there(connect: Any) -> None:
    with pytest.raises(TryLater, match="refused"):
        connect(port=1).send(ENVELOPE, RAW)


# TLS and login


def server_tls(certificate: Any) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


def authenticator(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == SECRET.encode(), handled=False)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_login_over_tls(connect: Any, serve: Any, sink: Sink, trusted: Any, security: str) -> None:
    context = server_tls(trusted)
    if security == "tls":
        port = serve(tls=context, authenticator=authenticator, auth_require_tls=False)
    else:
        port = serve(
            tls_context=context, authenticator=authenticator, auth_required=True, require_starttls=True
        )
    values = {"port": port, "host": "localhost", "security": security, "user": "ill"}
    relay = connect(password=SecretStr(SECRET), **values)
    assert relay.check() == f"localhost:{port}: TLSv1.3, logged in as ill"
    assert relay.send(ENVELOPE, RAW).startswith("250")
    assert relay.send(ENVELOPE, RAW).startswith("250")
    assert len(sink.letters) == 2
    for wrong in ("wrong-horse", "wröng"):
        with pytest.raises(TryLater) as caught:
            connect(password=SecretStr(wrong), **values).send(ENVELOPE, RAW)
        assert wrong not in str(caught.value)
        assert "ö" not in str(caught.value)


@pytest.mark.parametrize(("host", "known"), [("localhost", False), ("127.0.0.1", True)])
def test_a_certificate_must_be_the_relays(
    connect: Any,
    serve: Any,
    sink: Sink,
    certificate: Any,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    known: bool,
) -> None:
    if known:  # trusted, but of another name
        monkeypatch.setenv("SSL_CERT_FILE", certificate.certificate)
    relay = connect(port=serve(tls_context=server_tls(certificate)), host=host, security="starttls")
    with pytest.raises(TryLater, match="certificate"):
        relay.send(ENVELOPE, RAW)
    assert sink.letters == []


def test_a_relay_without_starttls_gets_no_letter_in_the_clear(connect: Any, sink: Sink) -> None:
    with pytest.raises(TryLater, match="STARTTLS"):
        connect(security="starttls").send(ENVELOPE, RAW)
    assert sink.letters == []


def test_a_relay_that_echoes_the_password(connect: Any, serve: Any, sink: Sink) -> None:
    sink.script = {"MAIL": [f"550 5.7.1 {SECRET} is no good"]}
    with pytest.raises(GiveUp) as caught:
        connect(password=SecretStr(SECRET)).send(ENVELOPE, RAW)
    assert SECRET not in str(caught.value)
    assert "is no good" in str(caught.value)


def test_check_says_what_is_there(connect: Any) -> None:
    relay = connect()
    assert relay.check().endswith(": no TLS, no login")
    with pytest.raises(TryLater, match="refused"):
        connect(port=1).check()


# Our own door at the other end


def test_from_our_relay_through_our_door(connect: Any, inbox: Any, clock: Any, trusted: Any) -> None:
    from mailproc.config import Listen
    from mailproc.transport.smtp_in import Listener

    listen = Listen(port=0, tls_cert=trusted.certificate, tls_key=trusted.key, require_tls=True)
    logins = {"ill": cheap_hash(SECRET)}
    listener = Listener(listen, ["orders@lender.example"], inbox.submit, clock, logins)
    port = listener.start()
    try:
        values = {"host": "localhost", "security": "starttls", "user": "ill", "password": SecretStr(SECRET)}
        relay = connect(port=port, **values)
        assert relay.send(ENVELOPE, RAW) == "250 2.0.0 Kept as I1"
        relay.close()
    finally:
        listener.stop()
    (row,) = inbox.rows()
    assert (row.raw, row.mail_from, row.login) == (RAW, "ill@library.example", "ill")
