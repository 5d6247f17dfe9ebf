"""What the tests of the store share: a letter, a moment, and a store with its writer."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def letter(now: datetime) -> Callable[..., NewLetter]:
    def make(raw: bytes = b"Subject: a letter\r\n\r\nwords\r\n", **fields: Any) -> NewLetter:
        known: dict[str, Any] = {"door": "listener", "raw": raw, "received_at": now}
        return NewLetter(**known | fields)

    return make


@pytest.fixture
def writing(store: Store) -> Iterator[Store]:
    store.start_writer()
    yield store
    store.close()
