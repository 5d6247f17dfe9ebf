"""A store that commits, a clock that stands, and a certificate that is trusted."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, Row, create_engine, select

from mailproc.store import letter_bytes, mailboxes, skipped_letters
from mailproc.store.inbox import NewLetter, StoredLetter, keep
from mailproc.store.letters import INBOX
from mailproc.store.mailboxes import Batch, Position
from mailproc.store.skipped_letters import Remembered
from tests.servers.certificate import Certificate

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: NOW


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The certificate, trusted the way an operator would trust it."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate.certificate)
    return certificate


class Inbox:
    """A store of its own with the real statements; every call is one commit."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url)
        self._thread = ThreadPoolExecutor(1)

    def keep(self, batch: Batch) -> list[StoredLetter]:
        with self.engine.begin() as connection:
            return mailboxes.keep_batch(connection, batch)

    def passed(self, name: str, folder: str = "INBOX") -> dict[int, list[Remembered]]:
        """What looks have passed over, by UIDVALIDITY."""
        with self.engine.connect() as connection:
            return skipped_letters.of(connection, name, folder)

    def submit(self, letters: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        def committed() -> list[StoredLetter]:
            with self.engine.begin() as connection:
                return keep(connection, letters)

        return self._thread.submit(committed)

    def position(self, name: str) -> Position:
        with self.engine.connect() as connection:
            return mailboxes.position(connection, name)

    def rows(self) -> Sequence[Row[Any]]:
        with self.engine.connect() as connection:
            found = connection.execute(select(*letter_bytes.whole(INBOX)).order_by(INBOX.c.id))
            return list(found)

    def close(self) -> None:
        self._thread.shutdown()
        self.engine.dispose()


@pytest.fixture
def inbox(sqlite_url: str) -> Iterator[Inbox]:
    store = Inbox(sqlite_url)
    yield store
    store.close()
