"""An office whose letters leave by a relay, on both databases."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow_out.office import PASSWORD, Clock, Office
from tests.servers.relay import Relay
from tests.support.quick_store import QuickStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def art_password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ART_PASSWORD", PASSWORD)
    return PASSWORD


@pytest.fixture
def office(
    quick_store: QuickStore, tmp_path: Path, clock: Clock, relay: Relay, art_password: str
) -> Iterator[Office]:
    """On both databases."""
    office = Office(tmp_path, quick_store, clock, relay.port)
    yield office
    office.close()


@pytest.fixture
def sqlite_office(
    sqlite_url: str, tmp_path: Path, clock: Clock, relay: Relay, art_password: str
) -> Iterator[Office]:
    """On SQLite alone, for tables of cases where the database makes no difference."""
    store = QuickStore.open(sqlite_url)
    office = Office(tmp_path, store, clock, relay.port)
    yield office
    office.close()
    store.close()


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [one for one in threading.enumerate() if one not in before and not one.daemon]
    assert not left
