"""On PostgreSQL what gives nothing back is sent with what follows: it fails where it belongs, and a step
takes few round trips."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, select, text

from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.store import find
from mailproc.store.engine import Store
from mailproc.store.prepared_statements import Constant, insert_into, table_of
from mailproc.store.savepoint import savepoint
from mailproc.store.tables import PatronRow, RequestRow
from tests.servers.postgres import PostgresServer
from tests.servers.round_trips import RoundTrips
from tests.support.world import World

ADD = Constant(insert_into(PatronRow, ("id", "name", "email", "status", "language")))
NAMES = Constant(select(table_of(PatronRow).c.id).order_by(table_of(PatronRow).c.id))


def add(connection: Connection, name: str) -> None:
    values = {"id": name, "name": "A reader", "email": "", "status": "", "language": ""}
    ADD.run(connection, values)


@pytest.fixture
def server_store(empty_postgres_url: str) -> Iterator[Store]:
    store = Store.open(empty_postgres_url)
    store.start_writer()
    yield store
    store.close()


def names(store: Store) -> list[str]:
    with store.read() as connection:
        return [row["id"] for row in NAMES.rows(connection, {})]


def test_what_waits_fails_within_its_savepoint(server_store: Store) -> None:
    """Nothing was asked behind it, and the rest of the commit stands."""

    def job(connection: Connection) -> None:
        add(connection, "R1")
        with pytest.raises(UniqueViolation), savepoint(connection):
            add(connection, "R2")
            add(connection, "R1")
        add(connection, "R3")
        with pytest.raises(ZeroDivisionError), savepoint(connection):
            with savepoint(connection):
                add(connection, "R4")
            raise ZeroDivisionError
        with savepoint(connection):
            add(connection, "R5")

    server_store.write(job)
    assert names(server_store) == ["R1", "R3", "R5"]


@pytest.mark.parametrize("asked", [True, False])
def test_what_waits_before_a_savepoint_fails_outside_of_it(server_store: Store, asked: bool) -> None:
    """Else the savepoint would be blamed, and what was before it kept."""
    within = []

    def job(connection: Connection) -> None:
        add(connection, "R1")
        add(connection, "R1")
        with savepoint(connection):
            within.append(NAMES.rows(connection, {}) if asked else None)

    with pytest.raises(UniqueViolation):
        server_store.write(job)
    assert within == []
    assert names(server_store) == []


def test_another_job_of_the_commit_is_not_to_blame(server_store: Store) -> None:
    good, bad = (
        server_store.submit(lambda connection, name=name: [add(connection, one) for one in name])
        for name in (["R1", "R2"], ["R3", "R3"])
    )
    later = server_store.submit(lambda connection: add(connection, "R4"))
    good.result()
    later.result()
    with pytest.raises(UniqueViolation):
        bad.result()
    assert names(server_store) == ["R1", "R2", "R4"]


def test_a_statement_of_sqlalchemys_sees_what_waits(server_store: Store) -> None:
    def job(connection: Connection) -> list[str]:
        add(connection, "R1")
        with savepoint(connection):
            found = connection.execute(text("SELECT id FROM patron")).scalars().all()
            connection.execute(text("DELETE FROM patron"))
            return list(found)

    assert server_store.write(job) == ["R1"]
    assert names(server_store) == []


@pytest.mark.parametrize("direct", [True, False])
def test_what_is_written_at_the_commit_is_sent_before_it(empty_postgres_url: str, direct: bool) -> None:
    store = Store.open(empty_postgres_url)
    if not direct:
        store.start_writer()

    def job(connection: Connection) -> None:
        values = {"number": "B1", "role": "REQUESTER", "service": "LOAN", "title": "Tidal memory"}
        request = insert_into(
            RequestRow, (*values, "author", "note", "account", "created_at", "outcome", "copyright_declared")
        )
        rest = {"author": "", "note": "", "account": "", "created_at": datetime.now(UTC), "outcome": ""}
        request_id = Constant(request).scalar(connection, values | rest | {"copyright_declared": False})
        find.keep(connection, request_id)

    store.write(job)
    store.write(lambda _: None)  # raises where anything was left behind
    with store.read() as connection:
        assert connection.execute(text("SELECT words FROM finding")).scalar_one() == "b1\ntidal memory\n"
    store.close()


def test_an_error_holds_no_row(server_store: Store) -> None:
    """PostgreSQL's DETAIL names the values."""
    server_store.write(lambda connection: add(connection, "R-SECRET"))
    with pytest.raises(UniqueViolation) as caught:
        server_store.write(lambda connection: add(connection, "R-SECRET"))
    assert "SECRET" not in str(caught.value)
    assert str(caught.value)


MOST = {"a report": 16, "an order": 19}
"""Round trips of a step, each in a commit of its own. They were 23 and 25 when each statement took one; where
we lend, one asks for the request's number, by which the log and our letters are followed."""


@pytest.fixture
def counted(
    make_world: Callable[..., World], postgres_server: PostgresServer
) -> Iterator[tuple[World, RoundTrips]]:
    trips = RoundTrips(postgres_server.port)
    name = postgres_server.lend()
    world = make_world(postgres_server.url(name, trips.port))
    yield world, trips
    world.store.close()
    trips.close()
    postgres_server.give_back(name)


def test_a_step_takes_few_round_trips(counted: tuple[World, RoundTrips]) -> None:
    world, trips = counted
    store, context = world.store, world.app.context
    store.start_writer()
    numbers = [world.place() for _ in range(5)]
    took = {}
    for what in MOST:
        for number in numbers:
            if what == "a report":
                world.hear(f"{number}-1 USE*3", run=False)
            else:
                world.ordered(f"TXC{number}-1 S LOAN\nA title", run=False, file_ref=number)
        while intake.run(store, context):
            pass
        before = trips.count
        assert advance.run(store, context, 1) == len(numbers)
        took[what] = (trips.count - before) / len(numbers)
    assert all(took[what] <= MOST[what] for what in MOST), took
