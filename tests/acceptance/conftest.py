"""A service whose letters leave by a relay, and whose daemon is ended with the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.service import SECRETS, Service
from tests.servers.relay import Relay
from tests.support import empty_store
from tests.support.forking import Forker


@pytest.fixture
def serve(
    tmp_path: Path, relay: Relay, forker: Forker, python: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Service]]:
    """Makes a Service on a store's URL (default: a file in its folder), closed at the end."""
    made: list[Service] = []
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)

    def make(store_url: str = "", mailbox: str = "", connections: int = 1) -> Service:
        folder = tmp_path / f"service{len(made)}"
        url = store_url or f"sqlite:///{folder}/mailproc.db"
        if not store_url:
            empty_store.copy_to(folder / "mailproc.db")
        made.append(Service(folder, url, relay.port, forker, python, mailbox, connections))
        return made[-1]

    yield make
    for one in made:
        one.close()
