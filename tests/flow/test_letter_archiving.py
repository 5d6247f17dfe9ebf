"""Letters of requests that were closed long ago go into a file of their year, and every reader finds them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from mailproc.errors import LocalFault
from mailproc.flow import letter_archiving
from mailproc.office.mailroom import dismissal, redelivery
from mailproc.office.queries import archive_check
from mailproc.store import letter_bytes, letters, outgoing
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


def in_archives(world: World) -> int:
    """How many letters all archives have."""
    count = 0
    for year in world.store.archives.years():
        with closing(sqlite3.connect(world.store.archives.of_year(year).path)) as connection:
            count += int(connection.execute("SELECT count(*) FROM letter").fetchone()[0])
    return count


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
    assert in_archives(office) == len(before) + len(ours)


def test_a_letter_of_several_requests_waits_for_the_last(office: World) -> None:
    first, second = closed(office, "One"), office.place(title="Two", run=False)
    third = office.place(title="Three", run=False)
    office.run()  # one order file for both
    office.hear(f"{second}-1 NOT", f"{third}-1 NOT")
    office.act(second, "close")
    office.later(days=DAYS)
    assert archive(office) > 0
    left = {
        row["subject"] for row in [*office.rows("inbox"), *office.rows("outgoing")] if not row["archived"]
    }
    assert left, first
    office.act(third, "close")
    office.later(days=DAYS - 2)
    assert archive(office) == 0
    office.later(days=2)
    archive(office)
    assert kept(office)[0] == 0


def test_what_lies_on_the_shelf_stays_until_it_is_dismissed(office: World) -> None:
    inbox_id = office.inject(office.letter("We wonder.", "a@nobody.example", "Hello"), "a@nobody.example")
    office.run()
    office.later(days=DAYS)
    archive(office)
    assert office.row("inbox", inbox_id)["archived"] == 0
    dismissal.dismiss(office.store, office.app.context, [f"I{inbox_id}"])
    assert archive(office) == 1


def test_what_is_sent_again_comes_back_into_the_store(office: World) -> None:
    closed(office)
    office.later(days=DAYS)
    archive(office)
    before = len(office.sent)
    redelivery.redeliver(office.store, "O1")
    office.run()
    assert office.sent[before].raw == office.sent[0].raw
    assert office.row("outgoing", 1)["archived"] == 0
    assert archive(office) == 1, "and goes again, and is in its file once"


def test_a_kill_between_archive_and_store_leaves_nothing_twice(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(office)
    office.later(days=DAYS)
    with monkeypatch.context() as broken:
        broken.setattr(letter_bytes, "give_up", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            archive(office)
    assert kept(office)[1] == 0
    moved = archive(office)
    assert kept(office) == (0, moved)
    assert in_archives(office) == moved


def test_a_file_that_is_missing_damaged_or_anothers_is_named(office: World) -> None:
    closed(office)
    office.later(days=DAYS)
    moved = archive(office)
    (year,) = office.store.archives.years()
    file = office.store.archives.of_year(year).path
    assert file.stat().st_mode & 0o777 == 0o600
    assert archive_check.check(office.store) == archive_check.CheckedArchives(moved)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE letter SET raw = x'00' WHERE rowid = 1")
    (wrong,) = archive_check.check(office.store).wrong
    assert (wrong.count, wrong.file) == (1, str(file))
    file.rename(file.with_suffix(".away"))
    (wrong,) = archive_check.check(office.store).wrong
    assert (wrong.count, "is not there" in str(wrong.why)) == (moved, True)
    with office.store.read() as connection, pytest.raises(LocalFault, match="is not there"):
        letters.load(connection, 1)
    office.store.archives.of_year(year).put("another", [("d", b"x")])
    with office.store.read() as connection, pytest.raises(LocalFault):
        letters.load(connection, 1)
    file.unlink()
    file.with_suffix(".away").rename(file)


def test_a_letter_that_is_not_as_it_came_stays(office: World, caplog: pytest.LogCaptureFixture) -> None:
    closed(office)
    office.later(days=DAYS)
    damage = letter_bytes.INBOX.bytes.update().values(raw=b"other")
    office.store.write(lambda connection: connection.execute(damage))
    archive(office)
    assert office.row("inbox", 1)["archived"] == 0
    assert "not as it came" in caplog.text
