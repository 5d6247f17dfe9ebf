from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.slnp.zfl import House, configured

Open = Callable[..., House]


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Open]:
    """The service at work, with its door for SLNP; as ``configured`` takes it."""
    opened: list[House] = []

    def opens(**how: str) -> House:
        opened.append(House.opened(tmp_path, configured(**how)))
        return opened[-1]

    yield opens
    for house in opened:
        house.close()


@pytest.fixture
def house(open_house: Open) -> House:
    return open_house()
