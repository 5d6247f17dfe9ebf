"""A hub, and two libraries behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.library import MILAN, ROME, HubLibrary, opened
from tests.servers import ill_hub
from tests.servers.ill_hub import IllHub


@pytest.fixture
def hub() -> Iterator[IllHub]:
    with ill_hub.running() as running:
        yield running


@pytest.fixture
def milan(hub: IllHub, tmp_path: Path) -> Iterator[HubLibrary]:
    with opened(tmp_path / "milan", MILAN, ROME, hub) as library:
        yield library


@pytest.fixture
def rome(hub: IllHub, tmp_path: Path) -> Iterator[HubLibrary]:
    with opened(tmp_path / "rome", ROME, MILAN, hub) as library:
        yield library


@pytest.fixture
def shipped(hub: IllHub, milan: HubLibrary, rome: HubLibrary) -> str:
    """A loan on its way to Milan, by its number there."""
    number = milan.place(ROME)
    hub.deliver()
    rome.run()
    rome.act("L1", "ship")
    hub.deliver()
    milan.run()
    return number
