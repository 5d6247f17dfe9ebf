"""A reader who was forgotten stays forgotten: in requests, in an older backup, in the next file."""

import json

import pytest

from mailproc.cli import output
from mailproc.errors import LocalFault, Misconfigured
from mailproc.office.patrons import forgetting
from mailproc.store import patron_imports, patrons, requests
from mailproc.store.forgotten_readers import ForgottenReaders
from mailproc.store.patron_imports import FiledReader
from tests.office.test_patron_import import TWO, counts, found, known, rows, run, staged

READER = {"id": "R1", "name": "Ann Reader", "email": "ann@reader.example"}
HOME = {"postal": {"name": "Ann Reader", "street": "1 High Street"}}


def closed(world):
    number = world.place(patron=READER, delivery=HOME)
    world.act(number, "close")
    return number


def forget(world, patron_id="R1", **how):
    return forgetting.forget(world.store, world.app.context, patron_id, **how)


def closed_with_letters(world):
    """A request that names its reader wherever it can: from two libraries, with letters to the reader."""
    number = world.place(patron=READER, delivery=HOME, partners=["XX-BL", "XX-PEER"])
    world.act(number, "unfilled", heard_by="mail")
    world.act(number, "receive")
    world.act(number, "close")
    return number


def where_it_stands(world, *words):
    """Return each table and column of the store in which one of these words stands."""
    found = set()
    of_store = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with world.store.read() as connection:
        for table in connection.exec_driver_sql(of_store).scalars().all():
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings():  # noqa: S608  # ours
                for column, value in row.items():
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    if any(word in text for word in words):
                        found.add(f"{table}.{column}")
    return found


def test_nothing_of_the_reader_is_left_but_what_is_named(world):
    number = closed(world)
    foreseen = forget(world, dry_run=True)
    assert known(world, "R1") is not None
    assert not world.app.context.forgotten.path.exists()
    done = forget(world)
    assert (done.requests, done.letters) == (foreseen.requests, foreseen.letters)
    assert done.requests == (number,)
    assert "O1" in done.letters, "the order, which may name its reader"
    assert (known(world, "R1"), rows(world)) == (None, 0)
    request = world.shown(number)
    assert request.line.reader == ""
    with world.store.read() as connection:
        assert requests.by_number(connection, number).delivery is None
    assert found(world, "ann reader") == []
    assert found(world, "a book") == [number]
    assert world.verify().differences == ()


ORDERS = {"outgoing_bytes.raw"}
"""Where the letters to libraries are, which the report of `forget` names one by one."""


def test_no_table_holds_the_reader_but_that_of_the_letters(small_world):
    """All tables are looked through, so that a new one is too."""
    number = closed_with_letters(small_world)
    words = ("Ann Reader", "ann@reader", "High Street", '"R1"')
    assert where_it_stands(small_world, *words) > ORDERS | {"event.apdu", "intent.body", "patron.name"}
    forget(small_world)
    assert where_it_stands(small_world, *words) == ORDERS
    assert where_it_stands(small_world, "A book") > {"event.apdu", "intent.body"}, "the request stays"
    shown = json.dumps(output.plain(small_world.shown(number)))
    assert [word for word in words if word in shown] == []
    assert small_world.verify().differences == ()


def test_nobody_is_forgotten_while_a_request_is_open(small_world):
    number = small_world.place(patron=READER)
    with pytest.raises(LocalFault, match=number):
        forget(small_world)
    assert known(small_world, "R1").name == "Ann Reader"
    with pytest.raises(LocalFault, match="No reader"):
        forget(small_world, "R2")


def test_the_next_file_does_not_bring_the_reader_back(small_world):
    run(small_world, TWO)
    forget(small_world)
    done = run(small_world, TWO)
    assert counts(done) == (0, 0, 1, 0, 1)
    assert "was forgotten" in str(done.refused[0].why)
    forgetting.remember(small_world.app.context, "R1")
    assert counts(run(small_world, TWO)) == (1, 0, 1, 0, 0)
    with pytest.raises(LocalFault, match="Nobody"):
        forgetting.remember(small_world.app.context, "R1")


def test_what_an_older_copy_knows_is_forgotten_again(world):
    number = closed(world)
    world.app.context.forgotten.add("R1")  # as by a `forget` after the copy was made
    world.app.context.forgotten.add("R9")
    assert forgetting.forget_again(world.store, world.app.context, world.app.context.forgotten) == 1
    assert known(world, "R1") is None
    assert "High Street" not in repr(world.shown(number))
    assert world.shown(number).line.reader == ""
    assert forgetting.forget_again(world.store, world.app.context, world.app.context.forgotten) == 0


def test_the_file_tells_nobody_who_it_was_and_is_private(tmp_path):
    places = [tmp_path / "one.forgotten", tmp_path / "two.forgotten"]
    forgotten = ForgottenReaders(places)
    forgotten.add("R1")
    assert "R1" in forgotten and "R2" not in forgotten and "R1" in ForgottenReaders(places)
    text = places[0].read_text()
    assert "R1" not in text
    assert places[0].stat().st_mode & 0o777 == 0o600
    other = ForgottenReaders([tmp_path / "other"])
    other.add("R1")
    assert set(text.split()).isdisjoint((tmp_path / "other").read_text().split()), "each file has its salt"
    places[0].write_text("broken")
    with pytest.raises(Misconfigured, match="cannot be read"):
        _ = "R1" in ForgottenReaders(places)


def test_a_reader_may_be_named_again_after_that(small_world):
    closed(small_world)
    forget(small_world)
    small_world.store.write(lambda c: patrons.keep(c, patrons.NamedReader("R1", "Ann Reader")))
    assert known(small_world, "R1").name == "Ann Reader"


def test_an_import_that_is_under_way_does_not_bring_the_reader_back(small_world):
    run(small_world, TWO)
    import_id = staged(small_world, [FiledReader("R1", {"name": "New"}), FiledReader("R2", {"name": "New"})])
    forget(small_world)
    with pytest.raises(LocalFault, match="a reader was forgotten"):
        staged_more = [FiledReader("R1", {"name": "Newer"})]
        small_world.store.write(lambda c: patron_imports.stage(c, import_id, staged_more))
    with pytest.raises(LocalFault, match="a reader was forgotten"):
        small_world.store.write(lambda c: patron_imports.make_current(c, import_id, small_world.now, {}))
    assert (known(small_world, "R1"), known(small_world, "R2").name) == (None, "Bo")


def test_what_another_process_writes_is_seen(tmp_path):
    here, there = (ForgottenReaders([tmp_path / "forgotten"]) for _ in range(2))
    assert "R1" not in here
    there.add("R1")
    assert "R1" in here
    there.remove("R1")
    assert "R1" not in here
