"""Logins by access token: at a Dovecot that asks about them, and at a relay of aiosmtpd."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from pydantic import SecretStr

from mailproc.config import Deliver
from mailproc.errors import TryLater
from mailproc.mail.letter import Envelope
from mailproc.store.mailboxes import Position
from mailproc.transport.access_tokens import EARLY, AccessTokens
from mailproc.transport.imap_in import Polled, Refused, check, poll
from mailproc.transport.smtp_out import Relay
from mailproc.transport.token_file import TokenFile
from tests.servers import dovecot as mail
from tests.servers.certificate import Certificate
from tests.servers.dovecot import Dovecot
from tests.servers.relay import SmtpServer
from tests.servers.token_server import CLIENT, CLIENT_SECRET, USER, TokenServer

ENVELOPE = Envelope("ill@library.example", "orders@lender.example")
RAW = b"Subject: order\r\n\r\nbody\r\n"
NEVER = Position(0, 0)
LENGTHS = {"short": "", "of a kilobyte": "x" * 1000, "of Microsoft's": "x" * 3000}


@pytest.fixture(scope="module")
def token_server() -> Iterator[TokenServer]:
    with TokenServer() as running:
        yield running


@pytest.fixture(scope="module")
def dovecot(
    dovecot_installed: None, certificate: Certificate, token_server: TokenServer
) -> Iterator[Dovecot]:
    with mail.running(certificate, introspection=f"{token_server.url}/introspect") as server:
        yield server


@pytest.fixture
def keys(token_server: TokenServer) -> Iterator[dict[str, Any]]:
    token_server.asked.clear()
    secret = {"client_secret": SecretStr(CLIENT_SECRET), "password": SecretStr("")}
    urls = {"token_url": f"{token_server.url}/token", "client_id": CLIENT}
    yield {"auth": "oauth2"} | secret | urls
    token_server.long, token_server.tokens = "", {}


class Clock:
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Clock:
    return Clock()


# --- a mailbox ----------------------------------------------------------------------------------


@pytest.fixture
def look(dovecot: Dovecot, inbox: Any, keys: Any, now: Clock, tmp_path: Path) -> Callable[[], Polled]:
    mailbox = dovecot.mailbox(USER, name="intray", **keys)
    tokens = AccessTokens(mailbox, "intray", TokenFile(tmp_path / "tokens", mailbox), now)

    def looked() -> Polled:
        return poll(mailbox, inbox.position("intray"), inbox.keep, now, tokens=tokens)

    return looked


@pytest.mark.parametrize("length", LENGTHS)
def test_letters_come_by_token(
    dovecot: Dovecot, token_server: TokenServer, look: Any, inbox: Any, length: str
) -> None:
    token_server.long = LENGTHS[length]
    dovecot.fill(USER, [RAW])
    assert look().letters
    assert look().letters == 0
    assert len(token_server.asked) == 1
    assert inbox.rows()[-1].raw == RAW


def test_a_token_that_was_revoked_is_replaced_by_the_next_look(
    token_server: TokenServer, look: Any, now: Clock
) -> None:
    look()
    (token,) = token_server.tokens
    token_server.tokens.clear()
    now.at += timedelta(seconds=EARLY + 1)
    with pytest.raises(Refused, match=f"the login of {USER} failed") as caught:
        look()
    assert token not in str(caught.value)
    look()
    assert len(token_server.asked) == 2


def test_a_mailbox_without_a_token_is_not_connected_to(
    dovecot: Dovecot, token_server: TokenServer, keys: Any, now: Clock, tmp_path: Path
) -> None:
    mailbox = dovecot.mailbox(USER, name="intray", **keys | {"client_secret": SecretStr("wrong-secret")})
    tokens = AccessTokens(mailbox, "intray", TokenFile(tmp_path / "tokens", mailbox), now)
    before = list(dovecot.log)
    with pytest.raises(Refused, match=r"mailbox intray .*: token server .* refuses: invalid_client"):
        check(mailbox, tokens)
    token_server.answers = [(503, b"")]
    now.at += timedelta(hours=1)
    with pytest.raises(TryLater, match=r"mailbox intray .*: token server .*HTTP 503") as caught:
        check(mailbox, tokens)
    assert not isinstance(caught.value, Refused), "nobody need look"
    assert [line for line in dovecot.log if line not in before and "auth" in line] == []


# --- a relay ------------------------------------------------------------------------------------


class ByToken:
    """aiosmtpd's handler: takes XOAUTH2; a refusal is explained first, and then quotes what it got."""

    def __init__(self, tokens: dict[str, str]) -> None:
        self.tokens = tokens
        self.letters: list[bytes] = []
        self.commands: list[int] = []
        self.explained = 0

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        self.commands.append(len(" ".join(["AUTH", *arguments])) + 2)
        if len(arguments) > 1:
            said = base64.b64decode(arguments[1])
        else:
            server._reader._limit = 12_288  # RFC 4954 section 4; aiosmtpd takes 1,001 octets
            given = await server.challenge_auth("")
            said = given if isinstance(given, bytes) else b""
        wanted = {f"user={user}\x01auth=Bearer {token}\x01\x01" for token, user in self.tokens.items()}
        if said.decode() in wanted:
            return AuthResult(success=True, auth_data=said)
        assert await server.challenge_auth('{"status":"401","schemes":"bearer"}') == b""
        self.explained += 1
        quoted = base64.b64encode(said).decode()
        return AuthResult(success=False, handled=False, message=f"535 5.7.3 not accepted: {quoted[:300]}")

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(envelope.original_content)
        return "250 kept"


@pytest.fixture
def handler(token_server: TokenServer) -> ByToken:
    return ByToken(token_server.tokens)


@pytest.fixture
def sender(handler: ByToken, keys: Any, now: Clock, tmp_path: Path) -> Iterator[Relay]:
    with SmtpServer(handler, auth_require_tls=False) as server:
        values = {"mode": "smtp", "host": "127.0.0.1", "port": server.port, "security": "none"}
        deliver = Deliver.model_validate(values | {"user": USER} | keys)
        with Relay(
            deliver, now, AccessTokens(deliver, "relay", TokenFile(tmp_path / "tokens", deliver), now)
        ) as ours:
            yield ours


@pytest.mark.parametrize("length", LENGTHS)
def test_letters_leave_by_token(
    token_server: TokenServer, handler: ByToken, sender: Relay, length: str
) -> None:
    token_server.long = LENGTHS[length]
    assert sender.send(ENVELOPE, RAW) == "250 kept"
    assert handler.letters == [RAW]
    assert max(handler.commands) <= 512, "RFC 5321 section 4.5.3.1.4"
    assert (max(handler.commands) > 20) == (length == "short"), "a round trip is saved where it fits"


@pytest.mark.parametrize("length", LENGTHS)
def test_a_refused_token_keeps_the_letter_and_is_not_shown(
    token_server: TokenServer, handler: ByToken, sender: Relay, now: Clock, length: str
) -> None:
    token_server.long = LENGTHS[length]
    sender.send(ENVELOPE, RAW)
    sender.close()
    token_server.tokens.clear()
    now.at += timedelta(seconds=EARLY + 1)
    with pytest.raises(TryLater, match=r"535 .*not accepted: …") as caught:
        sender.send(ENVELOPE, RAW)
    assert handler.explained == 1
    assert "access-token" not in str(caught.value)
    assert "dXNlcj" not in str(caught.value), "nor in base64"
    assert sender.send(ENVELOPE, RAW) == "250 kept", "with a new token"
    assert handler.letters == [RAW, RAW]


def test_a_letter_waits_for_the_token_server(
    token_server: TokenServer, handler: ByToken, sender: Relay, now: Clock
) -> None:
    token_server.answers = [(503, b"")]
    for _ in range(3):
        with pytest.raises(TryLater, match="HTTP 503"):
            sender.send(ENVELOPE, RAW)
    assert len(token_server.asked) == 1
    now.at += timedelta(seconds=61)
    assert sender.send(ENVELOPE, RAW) == "250 kept"


def test_check_says_whose_login_it_was(sender: Relay) -> None:
    assert f"logged in as {USER}" in sender.check()
