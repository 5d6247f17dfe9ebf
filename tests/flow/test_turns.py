"""A commit is shared only for a while, and letters and steps take turns: nobody's file makes others wait."""

import pytest

from mailproc import slow_work
from mailproc.app import work_round
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.ill import apdu_json
from mailproc.store.prepared_statements import Constant

ORDERS = 12


@pytest.fixture
def commits(monkeypatch):
    """How many steps, and letters, each commit took."""
    counted = {"steps": [], "letters": []}
    take_all, settle_all = advance._take_all, intake._settle_all

    def counting(what, work):
        def counted_work(*given):
            counted[what].append(work(*given))
            return counted[what][-1]

        return counted_work

    monkeypatch.setattr(advance, "_take_all", counting("steps", take_all))
    monkeypatch.setattr(intake, "_settle_all", counting("letters", settle_all))
    return counted


def file_of(world, count, name="A", run=False):
    orders = [f"TX{name}{number}-1 S LOAN\nA title" for number in range(count)]
    return world.ordered(*orders, file_ref=name, run=run)


@pytest.mark.parametrize(("shared", "each"), [(-1.0, 1), (60.0, ORDERS)])
def test_steps_share_a_commit_for_a_while(small_world, commits, monkeypatch, shared, each):
    """What it does not take any more was not begun: it counts as one try, and has not failed."""
    monkeypatch.setattr(advance, "SHARED", shared)
    file_of(small_world, ORDERS)
    intake.run(small_world.app.store, small_world.app.context)
    assert advance.run(small_world.app.store, small_world.app.context) == ORDERS
    assert [count for count in commits["steps"] if count] == [each] * (ORDERS // each)
    events = [row for row in small_world.rows("event") if row["type"] == "ILL_REQUEST"]
    assert {(row["state"], row["attempts"], row["unfinished"]) for row in events} == {("done", 1, 0)}


@pytest.mark.parametrize(("shared", "each"), [(-1.0, 1), (60.0, 3)])
def test_letters_share_a_commit_for_a_while(small_world, commits, monkeypatch, shared, each):
    monkeypatch.setattr(intake, "SHARED", shared)
    for name in "ABC":
        file_of(small_world, 2, name)
    assert intake.run(small_world.app.store, small_world.app.context) == 3
    assert commits["letters"] == [each] * (3 // each)
    assert {(row["state"], row["attempts"]) for row in small_world.rows("inbox")} == {("done", 1)}


def test_a_letter_is_read_between_the_steps_of_a_file(small_world, commits, monkeypatch):
    """It came when the first step was taken."""
    monkeypatch.setattr(advance, "SHARED", -1.0)
    monkeypatch.setattr(work_round, "TURN", 0.0)
    file_of(small_world, ORDERS)
    took, left = advance.take, []

    def take(connection, event_id, context):
        took(connection, event_id, context)
        done = {row["id"]: row["state"] for row in small_world.rows("inbox")}
        left.append(sum(state == "todo" for state in done.values()))

    monkeypatch.setattr(advance, "take", take)
    intake.run(small_world.app.store, small_world.app.context)
    file_of(small_world, 1, "B")
    small_world.run()
    assert len(left) == ORDERS + 1
    assert sum(left) <= 1, "it was read before the second step"


def test_a_long_batch_leaves_turns_to_the_others(small_world, monkeypatch):
    monkeypatch.setattr(advance, "SHARED", -1.0)
    monkeypatch.setattr(work_round, "TURN", 0.0)
    monkeypatch.setattr(work_round, "ROUND", 0.0)
    file_of(small_world, ORDERS)
    work_round.work_once(small_world.app)
    assert {row["state"] for row in small_world.rows("event")} == {"todo", "done"}
    small_world.run()


def test_a_file_of_many_orders_is_made_ready_before_its_write(small_world, monkeypatch):
    """Inside it the events are written by one statement, however many they are."""
    inside, statements = [], []
    to_json, run_many, scalar = apdu_json.to_json, Constant.run_many, Constant.scalar
    monkeypatch.setattr(
        apdu_json, "to_json", lambda apdu: inside.append(slow_work.is_writing()) or to_json(apdu)
    )
    monkeypatch.setattr(Constant, "run_many", lambda *given: statements.append(1) or run_many(*given))
    monkeypatch.setattr(Constant, "scalar", lambda *given: statements.append(1) or scalar(*given))
    counts = []
    for count in (2, 20):
        statements.clear()
        file_of(small_world, count, str(count))
        intake.run(small_world.app.store, small_world.app.context)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert len(inside) >= 22 and not any(inside)
