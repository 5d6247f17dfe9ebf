"""The numbers by which readers are found are those of their rows, whoever wrote or deleted these."""

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from mailproc.store import patron_erasure, patron_imports, patron_numbers, patron_search, patrons
from mailproc.store.current_patrons import PATRON
from mailproc.store.engine import Store
from mailproc.store.patron_imports import FiledReader
from mailproc.store.patrons import NamedReader
from mailproc.store.tables import FOREVER
from tests.store.plans import faults, said_by
from tests.support import empty_store
from tests.support.earlier_store import made_at

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    empty_store.copy_to(tmp_path / "mailproc.db")
    opened = Store.open("sqlite:///mailproc.db", base=tmp_path)
    yield opened
    opened.close()


def are_right(connection: Connection) -> None:
    rows = connection.execute(select(PATRON.c.id, PATRON.c.barcodes)).all()
    wanted = {(one, row.id) for row in rows for one in patron_numbers.numbers_of(row.id, row.barcodes)}
    found = connection.execute(select(patron_numbers.NUMBER)).all()
    assert {tuple(row) for row in found} == wanted


def found(connection: Connection, typed: str) -> list[str]:
    return [row.id for row in patron_search.by_number(connection, typed)]


def imported(connection: Connection, readers: dict[str, list[str]]) -> int:
    number = patron_imports.begin(connection, NOW, "test", patron_imports.latest(connection))
    filed = [FiledReader(one, {"name": one, "barcodes": codes}) for one, codes in readers.items()]
    patron_imports.stage(connection, number, filed)
    return number


def made_current(connection: Connection, number: int) -> None:
    patron_imports.make_current(connection, number, NOW, {})
    while patron_imports.settle(connection, 1):
        are_right(connection)


def test_a_new_barcode_is_found_and_the_old_one_no_more(store: Store) -> None:
    def job(connection: Connection) -> None:
        made_current(connection, imported(connection, {"R-1": ["200 01"]}))
        assert [found(connection, one) for one in ("r 1", "20001", "２０００１")] == [["R-1"]] * 3
        second = imported(connection, {"R-1": ["200-02"]})
        assert (found(connection, "20001"), found(connection, "20002")) == (["R-1"], []), "not current yet"
        made_current(connection, second)
        assert (found(connection, "20001"), found(connection, "20002")) == ([], ["R-1"])

    store.write(job)


def test_what_is_never_current_leaves_no_number(store: Store) -> None:
    def job(connection: Connection) -> None:
        patrons.keep(connection, NamedReader("R-1", "Jo"))
        number = imported(connection, {"R-1": ["5"], "R-2": ["6"]})
        patron_imports.abandon(connection)
        while patron_imports.undo(number, connection, 1):
            are_right(connection)
        numbers = connection.execute(select(patron_numbers.NUMBER)).all()
        assert [tuple(row) for row in numbers] == [("r1", "R-1")]

    store.write(job)


def test_who_is_forgotten_leaves_no_number(store: Store) -> None:
    def job(connection: Connection) -> None:
        made_current(connection, imported(connection, {"R-1": ["5"], "R-2": ["5"]}))
        patron_erasure.erase(connection, "R-1")
        are_right(connection)
        assert found(connection, "5") == ["R-2"]

    store.write(job)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_the_numbers_are_those_of_the_rows(store: Store, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311

    def step(connection: Connection) -> None:
        readers = {f"R-{chance.randrange(5)}": [str(chance.randrange(9))] for _ in range(3)}
        match chance.randrange(4):
            case 0:
                patrons.keep(connection, NamedReader(next(iter(readers)), "Jo"))
            case 1:
                patron_erasure.erase(connection, next(iter(readers)))
            case 2:
                made_current(connection, imported(connection, readers))
            case _:
                imported(connection, readers)
        for number in patron_imports.in_state(connection, "abandoned"):
            patron_imports.undo(number, connection, 2)
        are_right(connection)

    for _ in range(25):
        store.write(step)


class EarlierStore:
    """A store of the release before, whose readers have no numbers yet."""

    def __init__(self, folder: Path) -> None:
        self.url, self.file = f"sqlite:///{folder}/old.db", folder / "old.db"
        made_at("0003", self.url)

    def knows(self, *readers: tuple[str, int, int, list[str] | None]) -> None:
        """Add rows: id, since, until, barcodes."""
        add = "INSERT INTO patron (id, since, until, name, email, status, language, barcodes, pickup, source)"
        rows = [(one, since, until, json.dumps(codes)) for one, since, until, codes in readers]
        with closing(sqlite3.connect(self.file)) as old, old:
            old.executemany(f"{add} VALUES (?, ?, ?, '', '', '', '', ?, '', '')", rows)


@pytest.fixture
def earlier(tmp_path: Path) -> EarlierStore:
    return EarlierStore(tmp_path)


@pytest.mark.parametrize("count", [0, 1, 2500])
def test_an_upgrade_fills_them(earlier: EarlierStore, count: int) -> None:
    earlier.knows(*((f"R {one:04}", 0, FOREVER, [f"B-{one}"]) for one in range(count)))
    earlier.knows(("N", 0, FOREVER, None))
    with closing(Store.open(earlier.url)) as store, store.read() as connection:
        are_right(connection)
        assert found(connection, "n") == ["N"]
        if count:
            assert found(connection, f"b{count - 1}") == [f"R {count - 1:04}"]


@pytest.mark.parametrize("count", [1, 1001])
def test_an_upgrade_takes_readers_whose_numbers_are_signs_alone(earlier: EarlierStore, count: int) -> None:
    earlier.knows(*(("-" * length, 0, FOREVER, ["*"]) for length in range(1, count + 1)))
    with closing(Store.open(earlier.url)) as store, store.read() as connection:
        are_right(connection)
        assert not connection.execute(select(patron_numbers.NUMBER)).all()


def test_an_upgrade_forgets_no_card_at_the_border_of_a_portion(earlier: EarlierStore) -> None:
    earlier.knows(*((f"P{one:04}", 0, FOREVER, None) for one in range(999)))
    earlier.knows(("Q1", 0, 1, ["oldcard"]), ("Q1", 1, FOREVER, ["newcard"]), ("R", 0, FOREVER, None))
    with closing(Store.open(earlier.url)) as store, store.read() as connection:
        are_right(connection)
        assert found(connection, "oldcard") == ["Q1"], "the other one is of an import that is staged"


def test_a_number_that_nobody_has_looks_through_no_table(store: Store) -> None:
    with store.read() as connection:
        for typed in ("nobody", "R-1", "2 0001"):
            heard = said_by(connection, lambda there, typed=typed: patron_search.by_number(there, typed))
            assert heard
            assert faults(connection, heard) == []
