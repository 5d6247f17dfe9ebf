"""The service with a mailbox by OAuth 2, while the token server is away and comes back."""

from collections.abc import Iterator

import pytest

from tests.app.installation import Installation, order
from tests.servers import dovecot as mail
from tests.servers.certificate import Certificate
from tests.servers.token_server import CLIENT, CLIENT_SECRET, USER, TokenServer
from tests.support import configuration

IMPATIENT = "from mailproc.transport import access_tokens; access_tokens.PAUSES = (0.05,)"


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as running:
        yield running


@pytest.mark.usefixtures("dovecot_installed")
def test_letters_come_once_there_are_tokens(
    app: Installation, server: TokenServer, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENT_SECRET", CLIENT_SECRET)
    keys = {"auth": "oauth2", "token_url": f"{server.url}/token", "client_id": CLIENT}
    with mail.running(certificate, introspection=f"{server.url}/introspect") as dovecot:
        box = configuration.section(
            "[mailbox]", name="intray", host="127.0.0.1", port=dovecot.port, security="none", user=USER,
            poll="every 1s", client_secret={"env": "CLIENT_SECRET"}, **keys,
        )  # fmt: skip
        config = app.folder / "config.toml"
        config.write_text(config.read_text() + box)
        dovecot.fill(USER, [order("C77")])
        server.answers = [(503, b""), (401, {"error": "invalid_client", "error_description": CLIENT_SECRET})]
        daemon = app.start(code=IMPATIENT)
        daemon.says("HTTP 503")
        app.until(["requests"], lambda found: [one["number"] for one in found] == ["L1"])
        daemon.says("mailbox intray can be read again")
        assert daemon.stop() == 0
    shown = [*daemon.lines, *(path.read_text("latin-1") for path in app.folder.glob("var/mailproc.db*"))]
    assert not [line for line in shown if CLIENT_SECRET in line or "access-token" in line]
