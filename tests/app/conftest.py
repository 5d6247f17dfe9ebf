"""A house whose daemons are ended with the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.house import ART, CUSTOMER, House
from tests.servers.relay import Relay


@pytest.fixture
def house(tmp_path: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("ART_PASSWORD", ART)
    monkeypatch.setenv("CUSTOMER_PASSWORD", CUSTOMER)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    house = House(tmp_path, relay)
    yield house
    for daemon in house.daemons:
        daemon.kill()
