"""Letters of requests that were closed long ago go into a file of their year, and every reader finds them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailproc.flow import letter_archiving
from mailproc.store import letters, outgoing
from tests.support import soundness
from tests.support.world import World

ARCHIVING = "[policy]\narchive_after = 365\n"
DAYS = 366


@pytest.fixture
def office(make_world: Callable[..., World], store_url: str) -> Iterator[World]:
    """On SQLite and on PostgreSQL."""
    world = make_world(store_url, more=ARCHIVING)
    yield world
    soundness.check(world)


def archive(world: World) -> int:
    return sum(letter_archiving.run(world.store, world.app.context).letters.values())


def closed(world: World, title: str = "A book") -> str:
    """A request of ours that ended: the order, the refusal, the letter to its reader."""
    number = world.place(title=title)
    world.hear(f"{number}-1 NOT")
    world.act(number, "close")
    return number


def kept(world: World) -> tuple[int, int]:
    """How many letters' bytes the store has, and how many rows say that an archive has them."""
    rows = [*world.rows("inbox"), *world.rows("outgoing")]
    return sum(row["raw"] is not None for row in rows), sum(row["archived"] != 0 for row in rows)


def in_archive(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM letter").fetchone()[0])


def test_a_closed_requests_letters_go_and_are_found(office: World) -> None:
    closed(office)
    before = [(row["id"], bytes(row["raw"])) for row in office.rows("inbox")]
    ours = [(row["id"], bytes(row["raw"])) for row in office.rows("outgoing")]
    office.later(days=DAYS - 2)
    assert archive(office) == 0, "not yet"
    office.later(days=2)
    assert archive(office) == len(before) + len(ours)
    assert kept(office) == (0, len(before) + len(ours))
    with office.store.read() as connection:
        assert [(one, letters.load(connection, one).raw) for one, _ in before] == before
        assert [(one, outgoing.load(connection, one).raw) for one, _ in ours] == ours
    assert archive(office) == 0, "once"
    assert sum(
        in_archive(office.store.archives.of_year(year).path) for year in office.store.archives.years()
    ) == (len(before) + len(ours))
