"""What is asked of the store stays quick, however much lies there: no statement looks through a table that
grows, or sorts a queue. Asked of both databases, by their own plans."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from inspect import isfunction
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from mailproc.ill.terms import State
from mailproc.office.queries import letters as office
from mailproc.store import (
    attempt_sums,
    finished_attempts,
    inbox,
    letters,
    open_requests,
    outgoing,
    patron_search,
    queue,
    restore_hold,
    restored,
    transactions,
)
from mailproc.store.engine import Store
from mailproc.store.rows import InboxLetter
from mailproc.store.tables import InboxRow
from tests.store.asked import ASKED, LETTER, NOW, ROWS
from tests.store.by_position import rows_compared, unheard
from tests.store.plans import FEW, Call, faults, grow, said_by

_CALLS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": call
    for module, calls in ASKED.items()
    for name, call in calls.items()
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with one row of each kind; nothing that is asked of it is kept."""
    if request.param == "sqlite":
        store = Store.open("sqlite:///plans.db", base=tmp_path_factory.mktemp("plans"))
    else:
        server = request.getfixturevalue("postgres_server")
        name = server.create()
        store = Store.open(server.url(name))
    store.write(_fill)
    yield store
    store.close()
    if request.param == "postgresql":
        server.drop(name)


def _fill(connection: Connection) -> None:
    for calls in ROWS.values():
        for call in calls.values():
            call(connection)
    outgoing.place(connection, 1, "prepared", 1)
    inbox.keep(connection, [replace(LETTER, raw=b"another")])
    letters.settle(connection, 2, "done", message_id="m", taken_from="XX-BL")
    grow(connection)


class _Undone(Exception):
    """Nothing of it is to be kept."""


@contextmanager
def _undone(store: Store) -> Iterator[Callable[[Call], None]]:
    def run(job: Call) -> None:
        def undone(connection: Connection) -> None:
            job(connection)
            raise _Undone

        with pytest.raises(_Undone):
            store.write(undone)

    yield run


@pytest.mark.parametrize("name", _CALLS)
def test_no_statement_looks_through_a_growing_table(filled: Store, name: str) -> None:
    found: list[str] = []
    with _undone(filled) as run:
        run(lambda connection: found.extend(faults(connection, said_by(connection, _CALLS[name]))))
    assert found == []


def test_each_row_is_made_of_its_columns(filled: Store) -> None:
    with rows_compared() as rows, _undone(filled) as run:
        for call in (*_CALLS.values(), *_MORE):
            run(call)
    assert rows.wrong == []
    assert unheard(rows, "store/*.py") == []


_MORE: tuple[Call, ...] = (
    lambda c: [*open_requests.attempts(c, (), NOW.date(), only=[1])],
    open_requests.failing_mailboxes,
    lambda c: queue.begin(c, InboxRow, InboxLetter, [(1, 0), (2, 0)]),
    lambda c: (
        restored.record(c, NOW, restored.HERE, NOW, 0, "B 1001"),
        restore_hold.hold_what_came_since(c),
    ),
    lambda c: patron_search.found(c, "reader", 10),
    lambda c: patron_search.by_number(c, "1"),
    lambda c: [*attempt_sums.finished(c, None, NOW.date(), None, monthly=True)],
    lambda c: (
        transactions.save(c, replace(transactions.load(c, 1), state=State.PENDING)),
        finished_attempts.remove(c, 1),
        [*attempt_sums.not_over(c, None, None, None, monthly=True)],
    ),
)
"""Questions of the digest, one that is put otherwise of several rows than of one, what is asked while a store
is held, those for which a person has all readers looked through, and statistics."""


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
def test_the_shelf_is_found_by_an_index(filled: Store) -> None:
    """With the proof in it, which SQLite keeps behind the bytes of each letter, and PostgreSQL elsewhere."""
    with _undone(filled) as run:
        plans: list[str] = []
        run(lambda connection: plans.extend(_plan_of(connection, office.count_shelved)))
    assert sum("ix_inbox_shelf" in line for line in plans) == 2


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
@pytest.mark.parametrize("monthly", [False, True])
def test_statistics_sort_no_attempts(filled: Store, monthly: bool) -> None:
    plans: list[str] = []
    with _undone(filled) as run:
        run(lambda connection: plans.extend(_plan_of(connection, lambda c: _finished(c, monthly))))
    assert len(plans) == 1
    assert "USING COVERING INDEX" in plans[0]


def _finished(connection: Connection, monthly: bool) -> list[object]:
    return [*attempt_sums.finished(connection, None, None, None, monthly=monthly)]


def _plan_of(connection: Connection, call: Call) -> list[str]:
    driver: Any = connection.connection.driver_connection
    said = [one.text for one in said_by(connection, call) if one.text.startswith("SELECT")]
    return [row[3] for one in said for row in driver.execute(f"EXPLAIN QUERY PLAN {one}")]


def test_a_scan_is_seen(filled: Store) -> None:
    """And a table that nobody has classed counts as one that grows."""
    found: list[str] = []
    look = text("SELECT id FROM inbox WHERE note = 'x'")
    with _undone(filled) as run:
        run(lambda c: found.extend(faults(c, said_by(c, lambda c: c.execute(look).all()))))
    assert len(found) == 1
    with filled.read() as connection:
        assert set(inspect(connection).get_table_names()) > FEW - {"sqlite_master"}


@pytest.mark.parametrize("module", ASKED, ids=lambda module: module.__name__)
def test_every_question_of_the_store_is_classed(module: ModuleType) -> None:
    """A new one is put among them (asked.py)."""
    classed = {*ROWS.get(module, ()), *ASKED[module]}
    functions = {name: found for name, found in vars(module).items() if isfunction(found)}
    own = {name for name, found in functions.items() if found.__module__ == module.__name__}
    asks = {name for name in own if "connection" in functions[name].__annotations__}
    assert classed == {name for name in asks if not name.startswith("_")}
