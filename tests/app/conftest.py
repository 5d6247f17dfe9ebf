"""A house whose daemons are ended with the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.installation import ART, CUSTOMER, Installation
from tests.servers.relay import Relay
from tests.servers.systemd import Systemd
from tests.support.forking import Forker


@pytest.fixture
def app(
    tmp_path: Path, relay: Relay, forker: Forker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    monkeypatch.setenv("ART_PASSWORD", ART)
    monkeypatch.setenv("CUSTOMER_PASSWORD", CUSTOMER)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    app = Installation(tmp_path, relay, forker)
    yield app
    for daemon in app.daemons:
        daemon.kill()


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    """systemd, which wants to hear of the service each 0.4 seconds."""
    path = tmp_path / "notify"
    monkeypatch.setenv("NOTIFY_SOCKET", str(path))
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    made = Systemd(path)
    yield made
    made.close()
