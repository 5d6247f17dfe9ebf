"""The figures of an attempt: in the step that ends it, and no statement more in any other."""

import pytest

from mailproc.flow import anonymising, older_attempts
from mailproc.flow.advance import steps
from mailproc.store.events import NewEvent
from tests.store.plans import said_by
from tests.support import configuration, counted_attempts
from tests.support.partners import BL, SECOND


def statements(world, number, kind):
    """What the store is asked by one step of an action, which is then undone."""

    class Undone(Exception):
        pass

    (row,) = [one for one in world.rows("transactions") if one["tgq"] == number]
    event = NewEvent(
        cause="staff", type=kind, at=world.now, actor="clerk", door="cli", partner=row["partner"],
        transaction_id=row["id"], request_id=row["request_id"],
    )  # fmt: skip
    found = []

    def job(connection):
        found.extend(said_by(connection, lambda c: steps.begin(c, event, world.app.context)))
        raise Undone

    with pytest.raises(Undone):
        world.store.write(job)
    return [one.text for one in found]


def test_a_step_that_ends_nothing_asks_nothing_more(small_world, monkeypatch):
    small_world.place()
    small_world.act("B1", "ship", heard_by="phone")
    small_world.act("B1", "receive")
    said = statements(small_world, "B1", "query")
    monkeypatch.setattr(steps.attempt_end, "keep", lambda *_: None)
    assert said == statements(small_world, "B1", "query")
    assert not any("finished_attempt" in one for one in said)


def test_a_step_that_ends_one_writes_one_row_and_reads_three_times(small_world, monkeypatch):
    small_world.place()
    said = statements(small_world, "B1", "close")
    monkeypatch.setattr(steps.attempt_end, "keep", lambda *_: None)
    more = [one for one in said if one not in statements(small_world, "B1", "close")]
    assert [one.split()[0] for one in more] == ["SELECT", "SELECT", "SELECT", "INSERT"]


def test_a_letter_after_the_end_that_changes_nothing_asks_nothing_more(small_world):
    small_world.place()
    small_world.hear("B1-1 NOT")
    before = small_world.rows("finished_attempt")
    small_world.later(days=3)
    small_world.hear("B1-1 USE*3")
    assert small_world.rows("finished_attempt") == before


def test_the_row_goes_with_its_step_or_not_at_all(small_world, monkeypatch):
    """One commit: where the row cannot be written, nothing of the step stands."""
    small_world.place()

    def broken(*_):
        raise RuntimeError("no row")

    with monkeypatch.context() as patch:
        patch.setattr(steps.attempt_end.finished_attempts, "put", broken)
        with pytest.raises(RuntimeError):
            small_world.act("B1", "close")
    assert [row["closed_at"] for row in small_world.rows("transactions")] == [None]
    small_world.act("B1", "close")
    assert [row["outcome"] for row in small_world.rows("finished_attempt")] == ["closed"]


def test_verify_names_a_row_that_is_wrong_missing_or_too_much(small_world):
    for _ in range(3):
        small_world.place()
    for number in ("B1", "B2"):
        small_world.hear(f"{number}-1 NOT")

    def spoil(connection):
        connection.exec_driver_sql("UPDATE finished_attempt SET outcome = 'filled' WHERE transaction_id = 1")
        connection.exec_driver_sql("UPDATE finished_attempt SET transaction_id = 3 WHERE transaction_id = 2")

    small_world.store.write(spoil)
    found = {one.number: one for one in small_world.verify().differences}
    assert set(found) == {"B1-1", "B2-1", "B3-1"}
    assert found["B1-1"].kept == {"figures.outcome": "filled"}
    assert found["B1-1"].computed == {"figures.outcome": "unfilled"}
    assert found["B2-1"].kept["figures.outcome"] is None
    assert found["B3-1"].computed["figures.outcome"] is None

    def mend(connection):
        connection.exec_driver_sql("UPDATE finished_attempt SET outcome = 'unfilled'")
        connection.exec_driver_sql("UPDATE finished_attempt SET transaction_id = 2 WHERE transaction_id = 3")

    small_world.store.write(mend)


def test_the_figures_stay_when_the_reader_goes(make_world, sqlite_url):
    world = make_world(sqlite_url, more=configuration.section("privacy", anonymise_after=30))
    world.place(patron={"id": "R7", "name": "A Reader", "email": "r7@readers.example", "status": "student"})
    world.act("B1", "ship", heard_by="phone")
    world.act("B1", "receive")
    world.act("B1", "return")
    (before,) = world.rows("finished_attempt")
    assert before["category"] == "student"
    world.later(days=60)
    world.run()
    assert anonymising.run(world.store, world.app.context).requests == 1
    assert world.rows("request")[0]["patron_id"] is None
    assert world.verify().differences == ()
    world.act("B1", "check-in", heard_by="phone")  # the row is written again
    (after,) = world.rows("finished_attempt")
    assert after == before | {"returned_to_checked_in": 60 * 86_400}
    assert "R7" not in str(after)


def test_no_reader_is_anonymised_before_the_category_is_counted(make_world, sqlite_url):
    world = make_world(sqlite_url, more=configuration.section("privacy", anonymise_after=30))
    world.place(patron={"id": "R7", "name": "A Reader", "email": "r7@readers.example", "status": "staff"})
    world.act("B1", "receive")
    world.act("B1", "return")
    world.later(days=60)
    world.run()

    def forget(connection):
        connection.exec_driver_sql("DELETE FROM finished_attempt")
        connection.exec_driver_sql("INSERT INTO older_attempts (id, until, done) VALUES (1, 1, 0)")

    world.store.write(forget)
    assert anonymising.run(world.store, world.app.context).requests == 0
    older_attempts.run(world.store, world.app.context)
    assert [row["category"] for row in world.rows("finished_attempt")] == ["staff"]
    assert anonymising.run(world.store, world.app.context).requests == 1


def test_what_a_step_changes_while_older_attempts_are_counted(small_world, monkeypatch):
    """Between the reading and the writing of a portion a step ends one, and another opens one again."""
    for _ in range(3):
        small_world.place(BL, SECOND)
    small_world.hear("B1-1 NOT")
    small_world.hear("B2-1 NOT")

    def forget(connection):
        connection.exec_driver_sql("DELETE FROM finished_attempt")
        connection.exec_driver_sql("INSERT INTO older_attempts (id, until, done) VALUES (1, 99, 0)")

    small_world.store.write(forget)
    write = small_world.store.write

    def meanwhile(job):
        monkeypatch.setattr(small_world.store, "write", write)
        small_world.act("B1-1", "ship", heard_by="phone")
        small_world.hear("B3-1 NOT")
        return write(job)

    monkeypatch.setattr(small_world.store, "write", meanwhile)
    older_attempts.run(small_world.store, small_world.app.context)
    kept = {row["transaction_id"]: row["outcome"] for row in small_world.rows("finished_attempt")}
    numbers = {row["id"]: (row["tgq"], row["attempt"]) for row in small_world.rows("transactions")}
    assert {numbers[one]: outcome for one, outcome in kept.items()} == {
        ("B2", 1): "unfilled", ("B3", 1): "unfilled",
    }  # fmt: skip
    counted_attempts.check(small_world.store, small_world.app.context)


def test_older_attempts_go_on_where_they_were_left(small_world, monkeypatch):
    monkeypatch.setattr(older_attempts, "PORTION", 2)
    for number in range(1, 6):
        small_world.place()
        small_world.hear(f"B{number}-1 NOT")
    whole = small_world.rows("finished_attempt")

    def forget(connection):
        connection.exec_driver_sql("DELETE FROM finished_attempt")
        connection.exec_driver_sql("INSERT INTO older_attempts (id, until, done) VALUES (1, 5, 0)")

    small_world.store.write(forget)
    assert older_attempts._portion(small_world.store, small_world.app.context) == 2
    assert small_world.rows("finished_attempt") == whole[:2]
    small_world.later(seconds=1)
    older_attempts.run(small_world.store, small_world.app.context)
    assert small_world.rows("finished_attempt") == whole
    assert older_attempts.run(small_world.store, small_world.app.context) == 0
