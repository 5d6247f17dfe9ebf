"""Two offices on stores of their own, and at the end what must be true of every pair of offices."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .office import Town, town
from .post import Post


@pytest.fixture
def make_town(tmp_path: Path) -> Iterator[Callable[..., Town]]:
    with ExitStack() as stack:

        def make(post: Post | None = None, **more: Any) -> Town:
            return stack.enter_context(town(tmp_path, post or Post(), **more))

        yield make
