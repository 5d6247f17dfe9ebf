"""PostgreSQL's partitions by year: there before they are needed, and nothing is lost where one is not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from mailproc.errors import TryLater
from mailproc.store import inbox, letters, transactions, yearly_partitions
from mailproc.store.engine import Store
from tests.store.asked import HISTORY, LETTER
from tests.store.plans import said_by

FAR = datetime(2041, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def server(empty_postgres_url: str) -> Iterator[Store]:
    store = Store.open(empty_postgres_url)
    yield store
    store.close()


def lies_in(store: Store, table: str) -> str:
    """The partition of the only row."""
    with store.read() as connection:
        return str(connection.execute(text(f"SELECT tableoid::regclass::text FROM {table}")).scalar_one())  # noqa: S608


def test_what_is_of_no_partitions_year_is_found_and_moves(server: Store) -> None:
    """A clock that is wrong by years, or a service that was away at the turn of a year, loses nothing."""
    server.write(lambda c: inbox.keep(c, [replace(LETTER, received_at=FAR)]))
    server.write(lambda c: transactions.add_history(c, **(HISTORY | {"at": FAR}), note=""))
    for year, suffix in ((2040, "other"), (2041, "2041"), (2041, "2041")):
        server.write(lambda c, year=year: yearly_partitions.make(c, [year]))
        assert lies_in(server, "inbox_bytes") == f"inbox_bytes_{suffix}"
        assert lies_in(server, "history") == f"history_{suffix}"
        with server.read() as connection:
            letter = letters.load(connection, 1)
        assert letter is not None
        assert bytes(letter.raw) == LETTER.raw


def test_they_are_made_two_years_ahead(server: Store) -> None:
    server.write(lambda c: yearly_partitions.make_ahead(c, 2039))
    with server.read() as connection:
        names = set(connection.execute(text("SELECT relname FROM pg_class WHERE relispartition")).scalars())
    assert {f"{table}_{year}" for table in ("inbox_bytes", "history") for year in (2039, 2040, 2041)} <= names


def test_a_letter_is_looked_for_in_its_year_alone(server: Store) -> None:
    server.write(lambda c: yearly_partitions.make_ahead(c, 2039))
    server.write(lambda c: inbox.keep(c, [LETTER]))
    with server.read() as connection:
        (said,) = said_by(connection, lambda c: letters.load(c, 1))
        plan = connection.exec_driver_sql(f"EXPLAIN ANALYZE {said.text}", said.values).scalars().all()
    looked = [line for line in plan if "on inbox_bytes_" in line and "never executed" not in line]
    assert len(looked) == 1, plan


def test_on_sqlite_there_are_none(sqlite_url: str) -> None:
    store = Store.open(sqlite_url)
    store.write(lambda c: yearly_partitions.make(c, [2026]))
    store.close()


def test_they_wait_shortly_for_a_dump_and_leave_the_next_write_its_time(server: Store) -> None:
    """pg_dump keeps the tables locked to its end; all writes wait behind one that waits for it."""
    server.write(lambda c: yearly_partitions.make_ahead(c, 2039))
    waits = "SELECT setting::int FROM pg_settings WHERE name = 'lock_timeout'"

    def made(connection: Connection) -> tuple[int, int]:
        before = connection.execute(text(waits)).scalar_one()
        yearly_partitions.make_ahead(connection, 2039)
        return before, connection.execute(text(waits)).scalar_one()

    before, after = server.write(made)
    assert before == after > yearly_partitions.LONGEST_WAIT_MS
    with server.read() as dump:
        dump.execute(text("LOCK TABLE history_other, inbox_bytes_other IN ACCESS SHARE MODE"))
        with pytest.raises(TryLater, match="lock timeout"):
            server.write(lambda c: yearly_partitions.make_ahead(c, 2044))
        assert server.write(lambda c: c.execute(text(waits)).scalar_one()) == before
    server.write(lambda c: yearly_partitions.make_ahead(c, 2044))


def test_what_makes_them_may_not_wait_for_long(server: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = []
    asked = text("SELECT setting::int FROM pg_settings WHERE name = 'lock_timeout'")
    monkeypatch.setattr(
        yearly_partitions, "make", lambda c, _years: waited.append(c.execute(asked).scalar_one())
    )
    server.write(lambda c: yearly_partitions.make_ahead(c, 2039))
    assert waited == [yearly_partitions.LONGEST_WAIT_MS]
