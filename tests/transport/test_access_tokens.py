"""Access tokens from a real server on loopback that is right, wrong, slow or gone."""

import contextlib
import json
import logging
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mailproc.config import Mailbox
from mailproc.transport import connecting, form_post, token_server
from mailproc.transport.access_tokens import EARLY, PAUSES, AccessTokens
from mailproc.transport.http_client import HttpLimits, HttpTrouble
from mailproc.transport.tls import server_context
from mailproc.transport.token_file import KeptTokens, TokenFile
from mailproc.transport.token_server import TokenRefused, TokenTrouble
from tests.servers.certificate import Certificate
from tests.servers.token_server import CLIENT, CLIENT_SECRET, CONSENT, USER, TokenServer

SECRETS = (CLIENT_SECRET, CONSENT, "access-token", "refresh-token")


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as running:
        yield running


@pytest.fixture
def tokens(server: TokenServer, tmp_path: Path, now: Clock) -> Callable[..., AccessTokens]:
    """The tokens of a mailbox, as each look and each process makes them."""

    def made(insists: bool = False, **keys: Any) -> AccessTokens:
        ours = {"client_secret": CLIENT_SECRET} | keys
        values = {
            key: SecretStr(text) if key in ("client_secret", "refresh_token") else text
            for key, text in ours.items()
        }
        standard = {"name": "intray", "host": "imap.example", "user": USER, "auth": "oauth2", "scope": "mail"}
        urls = {"token_url": f"{server.url}/token", "client_id": CLIENT}
        login = Mailbox.model_validate(standard | urls | values)
        return AccessTokens(login, "intray", TokenFile(tmp_path / "tokens", login), now, insists=insists)

    return made


def test_a_token_is_asked_for_once_and_kept_for_us_alone(server: TokenServer, tokens: Any) -> None:
    first = tokens().current()
    assert tokens().current() == first
    assert server.asked == [
        {
            "path": "/token",
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": CLIENT_SECRET,
            "scope": "mail",
        }
    ]
    file = tokens().path
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert CLIENT_SECRET not in file.read_text()
    assert sorted(one.suffix for one in file.parent.iterdir()) == [".json", ".lock"]


@pytest.mark.parametrize(("lifetime", "holds"), [(3600, 3600 - EARLY - 1), ("100", 79), (100.0, 79)])
def test_a_token_is_renewed_before_it_ends(
    server: TokenServer, tokens: Any, now: Clock, lifetime: Any, holds: float
) -> None:
    server.lifetime = lifetime
    first = tokens().current()
    now.pass_by(holds)
    assert tokens().current() == first
    now.pass_by(2)
    assert tokens().current() != first


@pytest.mark.parametrize("hours", [-10_000, 10_000])
def test_a_clock_that_is_set_costs_a_question(
    server: TokenServer, tokens: Any, now: Clock, hours: int
) -> None:
    first = tokens().current()
    now.pass_by(3600 * hours)
    assert tokens().current() != first
    assert len(server.asked) == 2


def test_a_refresh_token_is_used_and_the_newest_one_kept(
    server: TokenServer, tokens: Any, now: Clock
) -> None:
    server.rotates = True
    for _ in range(3):
        tokens(refresh_token=CONSENT).current()
        now.pass_by(3600)
    used = [form["refresh_token"] for form in server.asked]
    assert used == [CONSENT, "refresh-token-1", "refresh-token-2"]


def test_another_consent_in_the_configuration_counts_at_once(server: TokenServer, tokens: Any) -> None:
    server.rotates = True
    tokens(refresh_token=CONSENT).current()
    server.refresh_token = "consent-of-today"
    tokens(refresh_token="consent-of-today").current()
    assert server.asked[-1]["refresh_token"] == "consent-of-today"


def drip(request: BaseHTTPRequestHandler) -> None:
    """An octet now and then, for ever."""
    request.connection.sendall(b"HTTP/1.1 200 OK\r\nX-More: ")
    ended = threading.Event()
    while not ended.wait(0.02):
        try:
            request.connection.sendall(b"x")
        except OSError:
            return


def silent(request: BaseHTTPRequestHandler) -> None:
    request.rfile.read()  # until the client has gone


def broken(request: BaseHTTPRequestHandler) -> None:
    request.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")


def nonsense(request: BaseHTTPRequestHandler) -> None:
    request.connection.sendall(b"\x00\xff\r\n\r\n")


ECHO = f"secret {CLIENT_SECRET} is wrong, {'eyJ0' * 50}"
GOOD = {"access_token": "access-token-9", "expires_in": 3600, "token_type": "Bearer"}
WRONG: list[tuple[Any, type[TokenTrouble], str]] = [
    ((500, b"oops"), TokenTrouble, "HTTP 500"),
    ((503, {"error": "temporarily_unavailable"}), TokenTrouble, "temporarily_unavailable"),
    ((429, b""), TokenTrouble, "HTTP 429"),
    ((400, {"error": "invalid_scope"}), TokenRefused, "refuses: invalid_scope"),
    ((401, {"error": "invalid_client", "error_description": ECHO}), TokenRefused, "invalid_client secret"),
    ((401, {"error": {"code": 7}}), TokenRefused, "status 401"),
    ((302, b""), TokenRefused, "status 302"),
    ((404, b"<html>"), TokenRefused, "status 404"),
    ((200, b"<html>"), TokenRefused, "no usable access_token"),
    ((200, b"[" * 90_000), TokenRefused, "no usable access_token"),
    ((200, b"[]"), TokenRefused, "no usable access_token"),
    ((200, {"access_token": ["x"]}), TokenRefused, "no usable access_token"),
    ((200, GOOD | {"access_token": "a\r\nb"}), TokenRefused, "no usable access_token"),
    ((200, GOOD | {"token_type": "mac"}), TokenRefused, "no usable access_token"),
    ((200, b"x" * 200_000), TokenTrouble, "too long"),
    (broken, TokenTrouble, "token server 127.0.0.1"),
    (nonsense, TokenTrouble, "token server 127.0.0.1"),
    (drip, TokenTrouble, "no answer within"),
    (silent, TokenTrouble, "no answer within"),
]


ODD = "my secret+client/Zz9"


@pytest.mark.parametrize(
    "quoted",
    [ODD, quote_plus(ODD), quote(ODD), quote(ODD, safe=""), ODD[:16], ODD[4:], "ab " * 6_664 + ODD],
)
def test_a_secret_is_not_shown_however_a_server_quotes_it(quoted: str) -> None:
    shown = token_server._clean(f"{quoted} is wrong", {"client_secret": ODD})
    assert not [one for one in ("secret", "client", "Zz9", "my+") if one in shown], shown


def test_a_name_of_many_dead_addresses_has_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    now, given = [0.0], list[float]()

    def dead(_address: object, timeout: float) -> None:
        given.append(timeout)
        now[0] += timeout
        raise TimeoutError

    addresses = [f"192.0.2.{number}" for number in range(1, 20)]
    monkeypatch.setattr(connecting, "addresses", lambda *_given: addresses)
    monkeypatch.setattr(connecting.socket, "create_connection", dead)
    monkeypatch.setattr(connecting.time, "monotonic", lambda: now[0])
    with pytest.raises(HttpTrouble) as trouble:
        form_post.post("http://token.example/token", {})
    assert (trouble.value.late, trouble.value.asked) == (True, False)
    assert sum(given) == form_post.LIMITS.longest


@pytest.mark.parametrize(("answer", "kind", "words"), WRONG, ids=range(len(WRONG)))
def test_a_server_that_is_wrong_is_said_and_says_no_secret(
    server: TokenServer, tokens: Any, now: Clock, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch, answer: Any, kind: type[TokenTrouble], words: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(form_post, "LIMITS", HttpLimits(longest=0.3))
    caplog.set_level(logging.DEBUG)
    server.answers = [answer]
    with pytest.raises(TokenTrouble) as caught:
        tokens().current()
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert f"token server 127.0.0.1:{server.url.rpartition(':')[2]}" in str(caught.value)
    with pytest.raises(kind) as again:  # by another look, without a question
        tokens().current()
    assert str(again.value) == str(caught.value)
    assert len(server.asked) == 1
    said = f"{caught.value} {caplog.text} {tokens().path.read_text()}"
    assert not [secret for secret in (*SECRETS, "eyJ0eyJ0") if secret in said]
    now.pass_by(PAUSES[0])
    assert tokens().current()


@pytest.mark.parametrize("given", [{}, {"expires_in": None}, {"expires_in": "soon"}, {"expires_in": 1e400}])
def test_a_lifetime_that_is_none(server: TokenServer, tokens: Any, given: dict[str, Any]) -> None:
    content = json.dumps({"access_token": "access-token-9"} | given).encode()
    server.answers = [(200, content)]
    assert tokens().current() == "access-token-9"
    assert tokens().current() == "access-token-9"


def test_pauses_grow_and_end(server: TokenServer, tokens: Any, now: Clock) -> None:
    server.answers = [(500, b"")] * 3
    asked_at = []
    for second in range(0, 1000, 10):
        before = len(server.asked)
        with contextlib.suppress(TokenTrouble):
            tokens().current()
        if len(server.asked) > before:
            asked_at.append(second)
        now.pass_by(10)
    assert asked_at == [0, 60, 360, 660]


def test_a_server_that_is_gone_and_comes_back(server: TokenServer, tokens: Any, now: Clock) -> None:
    server.stop()
    with pytest.raises(TokenTrouble, match="Connection refused"):
        tokens().current()
    server.start()
    now.pass_by(PAUSES[0])
    assert tokens().current()


def test_a_token_that_holds_outlives_its_server(
    server: TokenServer, tokens: Any, now: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    first = tokens().current()
    server.stop()
    now.pass_by(3600 - EARLY + 1)
    assert [tokens().current() for _ in range(3)] == [first] * 3
    assert caplog.text.count("still holds") == 1, "said once for each question"
    now.pass_by(EARLY)
    with pytest.raises(TokenTrouble):
        tokens().current()


@pytest.mark.parametrize("mended", [{"client_secret": "new-secret"}, {"insists": True}])
def test_a_mended_secret_and_whoever_asks_wait_for_no_pause(
    server: TokenServer, tokens: Any, mended: dict[str, Any]
) -> None:
    server.client_secret = "new-secret"
    with pytest.raises(TokenRefused):
        tokens().current()
    server.client_secret = mended.get("client_secret", CLIENT_SECRET)
    assert tokens(**mended).current()


def test_a_refused_token_is_asked_for_anew_but_not_for_ever(
    server: TokenServer, tokens: Any, now: Clock
) -> None:
    first = tokens().current()
    now.pass_by(EARLY + 1)
    tokens().refused("some-older-token")
    assert tokens().current() == first
    tokens().refused(first)
    second = tokens().current()
    assert second != first
    tokens().refused(second)  # it is new: another one would be refused too
    assert tokens().current() == second


def test_many_at_once_ask_once(server: TokenServer, tokens: Any) -> None:
    got: list[str] = []
    together = threading.Barrier(8)

    def ask() -> None:
        together.wait(10)
        got.append(tokens().current())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == ["access-token-1"] * 8
    assert len(server.asked) == 1


@pytest.mark.parametrize("trusted", [True, False])
def test_the_certificate_is_verified(
    certificate: Certificate, tokens: Any, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", certificate.certificate)
    with TokenServer(server_context(certificate.certificate, certificate.key)) as safe:
        port = safe.url.rpartition(":")[2]
        if trusted:
            assert tokens(token_url=f"https://localhost:{port}/token").current()
        for host in ["127.0.0.1"] if trusted else ["127.0.0.1", "localhost"]:
            with pytest.raises(TokenTrouble, match="certificate verify failed"):
                tokens(token_url=f"https://{host}:{port}/token", insists=True).current()
        assert len(safe.asked) == trusted, "nothing is told to a stranger"


@given(
    st.binary(max_size=200)
    | st.from_type(dict[str, int | str | None]).map(lambda it: json.dumps(it).encode())
)
def test_a_file_that_is_none_of_ours_is_as_good_as_none(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    login = Mailbox(name="x", host="x", user="x", token_url="https://x.example")
    file = TokenFile(tmp_path_factory.getbasetemp(), login)
    file.path.write_bytes(content)
    kept = file.read()
    assert not kept.holds(0)
    file.write(KeptTokens(user="x", access_token="abcdef"))
    assert file.read() == KeptTokens(user="x", access_token="abcdef")


def test_a_folder_that_takes_nothing_is_named(tokens: Any, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("a file is in the way")
    with pytest.raises(TokenTrouble, match=str(tmp_path / "tokens")):
        tokens().current()
