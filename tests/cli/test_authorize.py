"""The consent of OAuth 2 from the command line, and what `check` and the configuration say of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailproc.transport import device_consent, token_folder
from tests.command_line import Ran
from tests.servers.token_server import CLIENT, DEVICE_CODE, USER, USER_CODE, TokenServer
from tests.support import configuration

from .conftest import CONFIG

INVITED = {
    "device_code": DEVICE_CODE,
    "user_code": USER_CODE,
    "verification_uri": "https://x.example",
    "interval": 0,
}


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as running:
        yield running


@pytest.fixture
def mailbox(folder: Path, server: TokenServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes a config.toml with this mailbox."""
    monkeypatch.setattr(device_consent, "QUICKEST", 0.01)

    def write(**more: Any) -> None:
        keys = {"token_url": f"{server.url}/token", "device_url": f"{server.url}/device", "client_id": CLIENT}
        box = configuration.section(
            "[mailbox]", name="intray", host="127.0.0.1", port=9, security="none", user=USER,
            auth="oauth2", **keys | more,
        )  # fmt: skip
        (folder / "config.toml").write_text(CONFIG + box)

    return write


def test_a_consent_is_given_and_kept(
    cli: Callable[..., Ran], mailbox: Any, folder: Path, server: TokenServer
) -> None:
    mailbox()
    server.pending = 3
    assert "intray: nobody has consented" in cli("check").out
    ran = cli("authorize", "intray")
    assert ran.code == 0
    first, last = ran.out.splitlines()
    assert all(word in first for word in (f"{server.url}/consent", USER_CODE, USER))
    (kept,) = (folder / "var" / token_folder.FOLDER).glob("*.json")
    assert str(kept) in last
    assert '"refresh-token-1"' in kept.read_text()
    assert not [
        word for word in ("refresh-token", "access-token", "device-code") if word in ran.out + ran.err
    ]
    assert "nobody has consented" not in cli("check").out


def test_as_json_the_invitation_stands_on_stderr(cli: Callable[..., Ran], mailbox: Any) -> None:
    mailbox()
    ran = cli("authorize", "intray", "--json")
    assert {key: ran.json[key] for key in ("name", "user")} == {"name": "intray", "user": USER}
    assert USER_CODE in ran.err


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([(400, {"error": "invalid_client"})], "refuses: invalid_client"),
        ([(200, {"user_code": "X"})], "no usable device_code"),
        ([(200, INVITED | {"user_code": ""})], "no usable user_code"),
        ([(200, INVITED), (400, {"error": "access_denied"})], "access_denied"),
        ([(200, INVITED | {"expires_in": 0.01}), (503, b"")], "Nobody has consented in time"),
        ([(200, INVITED | {"interval": -1}), (200, {"access_token": "abcdef"})], "offline_access"),
    ],
)  # fmt: skip
def test_a_consent_that_fails_is_said(
    cli: Callable[..., Ran], mailbox: Any, folder: Path, server: TokenServer, answers: Any, words: str
) -> None:
    mailbox()
    server.answers = answers
    ran = cli("authorize", "intray")
    assert ran.code == 1
    assert words in ran.err
    assert not list(folder.glob("var/tokens/*.json"))


@pytest.mark.parametrize("name", ["relay", "elsewhere"])
def test_what_needs_no_consent(cli: Callable[..., Ran], mailbox: Any, name: str) -> None:
    mailbox()
    ran = cli("authorize", name)
    assert ran.code == 1
    assert f"{name} needs no consent" in ran.err
    assert "(intray)" in ran.err


def test_check_tries_it(cli: Callable[..., Ran], mailbox: Any, server: TokenServer) -> None:
    mailbox()
    assert "run mailproc authorize intray" in cli("check", "--connect").out
    cli("authorize", "intray")
    server.refresh_token = "it was revoked"
    file = next(Path("var/tokens").glob("*.json"))
    file.write_text(file.read_text().replace("access-token-1", ""))
    said = cli("check", "--connect").out
    assert "WRONG mailbox intray" in said
    assert "invalid_grant; if the consent has ended, run mailproc authorize intray" in said


def test_a_folder_that_takes_no_token_is_told_at_once(cli: Callable[..., Ran], mailbox: Any) -> None:
    mailbox()
    Path("var/tokens").write_text("a file is in the way")
    ran = cli("check")
    assert ran.code == 3
    assert "mailbox[intray].auth" in ran.err
    assert "tokens cannot be kept" in ran.err


def test_a_token_that_others_may_read_is_told(cli: Callable[..., Ran], mailbox: Any) -> None:
    mailbox()
    cli("authorize", "intray")
    Path("var").chmod(0o755)
    Path("var/tokens").chmod(0o755)
    (file,) = Path("var/tokens").glob("*.json")
    file.chmod(0o644)
    assert f"{file} is for the service alone" in cli("check").out
