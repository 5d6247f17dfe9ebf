"""A due date that staff correct: the timers follow it, the reader hears of it once or not at all."""

from datetime import timedelta

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import due_date
from mailproc.office.requests.due_date import DueDate

ORDER = "TXC1-1 S LOAN\nA book of ours"


def corrected(world, number, days, *, quiet=False, dry_run=False):
    on = world.app.context.today() + timedelta(days=days)
    wanted = DueDate(number, on, quiet=quiet, by="clerk")
    done = due_date.correct(world.store, world.app.context, wanted, dry_run=dry_run)
    if not dry_run:
        world.run()
    return done


def received(world):
    world.place()
    world.act("B1", "receive")
    world.sent.clear()


def test_the_reader_is_told_and_reminded_of_the_right_day_alone(small_world):
    received(small_world)
    was = small_world.transaction("B1")["due_on"]
    done = corrected(small_world, "B1", 10)
    day = small_world.transaction("B1")["due_on"]
    assert day < was and day - small_world.app.context.today() == timedelta(days=10)
    assert (done.before, done.after) == ("RECEIVED", "RECEIVED")
    (told,) = small_world.sent
    assert told.to == "r@readers.example" and f"{day.day} " in told.text
    small_world.sent.clear()
    small_world.days(9)
    (reminder,) = small_world.sent  # three days before the new day
    assert f"{day.day} " in reminder.text
    small_world.days(2)
    assert len(small_world.sent) == 2  # the day after: overdue
    assert not small_world.verify().differences


def test_quiet_tells_the_reader_nothing(small_world):
    received(small_world)
    corrected(small_world, "B1", 30, quiet=True)
    assert small_world.sent == []
    assert small_world.transaction("B1")["due_on"] == small_world.app.context.today() + timedelta(days=30)


def test_what_has_not_come_is_told_on_arrival_only(small_world):
    small_world.place()
    small_world.act("B1", "ship", heard_by="phone")
    small_world.sent.clear()
    corrected(small_world, "B1", 30)
    assert small_world.sent == []
    small_world.act("B1", "receive")
    (told,) = small_world.sent
    assert f"{small_world.transaction('B1')['due_on'].day} " in told.text


def test_a_demand_that_names_the_old_day_is_older_than_the_corrected(small_world):
    received(small_world)
    was = small_world.transaction("B1")["due_on"]
    corrected(small_world, "B1", 90)
    small_world.sent.clear()
    small_world.act("B1", "overdue", heard_by="post", on=was)
    assert small_world.state("B1") == "RECEIVED"
    assert [letter for letter in small_world.sent if letter.to == "r@readers.example"] == []


def test_a_lender_demands_after_the_corrected_day(small_world, addresses):
    small_world.ordered(ORDER)
    small_world.act("L1", "ship")
    small_world.sent.clear()
    done = corrected(small_world, "L1", 5)
    assert small_world.sent == [] and "message --note" in str(done.words)
    small_world.days(5)
    assert small_world.state("L1") == "SHIPPED"
    small_world.days(1)
    assert small_world.state("L1") == "OVERDUE"


def test_it_can_be_undone_until_the_reader_was_told(small_world):
    received(small_world)
    was = small_world.transaction("B1")["due_on"]
    corrected(small_world, "B1", 5, quiet=True)
    small_world.act("B1", "undo")
    assert small_world.transaction("B1")["due_on"] == was
    corrected(small_world, "B1", 5)
    with pytest.raises(LocalFault):
        small_world.act("B1", "undo")


@pytest.mark.parametrize(
    ("days", "says"), [(-13000, "cannot be right"), (23000, "years away"), (-3, "--quiet")]
)
def test_a_day_that_cannot_be_right_is_refused(small_world, days, says):
    received(small_world)
    before = small_world.dump()
    with pytest.raises(LocalFault, match=says):
        corrected(small_world, "B1", days)
    assert small_world.dump() == before
    assert small_world.sent == []


def test_a_day_that_has_passed_is_told_to_nobody(small_world):
    received(small_world)
    corrected(small_world, "B1", -3, quiet=True)
    assert [one for one in small_world.reader() if "due date" in one.text] == []


def test_a_dry_run_changes_nothing(small_world):
    received(small_world)
    before = small_world.dump()
    assert corrected(small_world, "B1", 5, dry_run=True).after == "RECEIVED"
    assert small_world.dump() == before


def test_where_nothing_is_out_it_is_refused(small_world):
    small_world.place()
    small_world.ordered(ORDER)
    before = small_world.dump()
    for number in ("B1", "L1"):
        with pytest.raises(LocalFault, match="No loan is out"):
            corrected(small_world, number, 5)
    assert small_world.dump() == before
    small_world.act("B1", "receive")
    held = small_world.transaction("B1")["due_on"] - small_world.app.context.today()
    with pytest.raises(LocalFault, match="already"):
        corrected(small_world, "B1", held.days)
