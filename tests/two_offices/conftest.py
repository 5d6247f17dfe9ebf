"""Two offices on stores of their own, and at the end what must be true of every pair of offices."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mailproc.store.engine import Store

from .office import Town, town
from .post import Post


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two-offices")
    Store.open("sqlite:///empty.db", base=folder).close()
    return folder / "empty.db"


@pytest.fixture
def make_town(tmp_path: Path, empty_store: Path) -> Iterator[Callable[..., Town]]:
    with ExitStack() as stack:

        def make(post: Post | None = None, **more: Any) -> Town:
            return stack.enter_context(town(tmp_path, empty_store, post or Post(), **more))

        yield make
