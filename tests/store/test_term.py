"""A service whose term is over commits nothing more, whatever it believes."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailproc.errors import Misconfigured, StoreLost
from mailproc.store import migrate, server_lock, store_identity
from mailproc.store.crash_note import Underway
from mailproc.store.engine import Store
from mailproc.store.lock import daemon_lock
from tests.servers.postgres import PostgresServer


@pytest.fixture
def two(postgres_server: PostgresServer) -> Iterator[tuple[Store, Store, str]]:
    """Two services with one store; the first has begun."""
    name = postgres_server.lend()
    url = postgres_server.url(name)
    with closing(Store.open(url)) as first, closing(Store.open(url)) as second:
        yield first, second, name
    postgres_server.execute(f"ALTER DATABASE {name} RESET ALL")
    postgres_server.give_back(name)


def service(store: Store, *, writer: bool) -> Store:
    if writer:
        store.start_writer()
    store.begin_run()
    return store


@pytest.mark.parametrize("writer", [True, False])
def test_a_commit_of_a_term_that_is_over_is_refused(two: tuple[Store, Store, str], writer: bool) -> None:
    first, second, _ = two
    service(first, writer=writer).write(store_identity.touch)
    service(second, writer=writer).write(store_identity.touch)
    for _ in range(2):
        with pytest.raises(StoreLost, match=r"taken the store over \(its term is 2, ours was 1\)"):
            first.write(lambda connection: store_identity.note_counters(connection, there=True))
    with pytest.raises(StoreLost):
        first.still_there()
    with second.read() as connection:
        assert not store_identity.has_counters(connection)
    second.write(store_identity.touch)


def test_one_that_has_nothing_to_commit_finds_it_too(two: tuple[Store, Store, str]) -> None:
    first, second, _ = two
    service(first, writer=True).check_run()
    service(second, writer=True)
    with pytest.raises(StoreLost):
        first.check_run()
    second.check_run()


def test_it_is_refused_whatever_isolation_the_server_is_set_to(
    two: tuple[Store, Store, str], postgres_server: PostgresServer
) -> None:
    """By an older snapshot the writer, which waits for its turn, would not see the term of the next one."""
    first, second, name = two
    strict = "SET default_transaction_isolation = 'repeatable read'"
    postgres_server.execute(f"ALTER DATABASE {name} {strict}")
    shown = "SELECT current_setting('transaction_isolation')"
    for store in (first, second):
        assert store.write(lambda connection: connection.exec_driver_sql(shown).scalar()) == "read committed"


def test_the_server_notices_a_machine_that_is_gone(two: tuple[Store, Store, str]) -> None:
    names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout")
    with two[0].read() as connection:
        set_to = [connection.exec_driver_sql(f"SHOW {one}").scalar() for one in names]
    assert set_to == ["10", "5", "3", "20000"]


def test_a_store_that_a_newer_program_has_migrated_meanwhile_is_not_taken_over(
    two: tuple[Store, Store, str], postgres_server: PostgresServer
) -> None:
    first, _, name = two
    postgres_server.execute("UPDATE alembic_version SET version_num = '9999'", database=name)
    try:
        with pytest.raises(Misconfigured, match="a newer mailproc made it"):
            first.begin_run()
    finally:
        back = f"UPDATE alembic_version SET version_num = '{migrate.HEAD}'"  # noqa: S608  # ours
        postgres_server.execute(back, database=name)


def test_who_has_the_lock_and_who_waits_is_told(two: tuple[Store, Store, str]) -> None:
    first, second, _ = two
    with daemon_lock(first), server_lock.server_lock(second) as lock:
        lock.wait_as(server_lock.STANDBY)
        assert not lock.take()
        with first.read() as connection:
            [waiting] = server_lock.waiting(connection)
            assert waiting.ready
        lock.wait_as(server_lock.UNREADY)
        with first.read() as connection:
            assert [one.ready for one in server_lock.waiting(connection)] == [False]


def test_a_note_of_another_run_than_the_last_is_not_used(tmp_path: Path) -> None:
    """Another machine has had the store since: what was in hand here killed nobody since."""
    file = tmp_path / "note"
    note = Underway(file)
    note.begin("the-first-run")
    note.at(7)
    note.close()
    Underway(file).expect("the-first-run")
    assert file.exists()
    Underway(file).expect("a-run-elsewhere")
    assert not file.exists()
