"""Receivers of hooks, and houses that call them."""

from collections.abc import Callable, Iterator

import pytest

from tests.hooks.house import SECRET, VARIABLE, House, MakeHouse
from tests.servers.hook_receiver import HookReceiver
from tests.support.world import World


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    with HookReceiver() as made:
        yield made


@pytest.fixture
def make_house(
    make_world: Callable[..., World], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> MakeHouse:
    """A house with these hooks, on SQLite or where ``url`` says."""
    monkeypatch.setenv(VARIABLE, SECRET)

    def make(hooks: str, url: str = sqlite_url) -> House:
        return House.of(make_world(url, more=hooks))

    return make
