"""Two changes of a due date that are told at once are one letter: a service that was down catches up."""

from datetime import date

import pytest

from mailproc.office.requests import due_date
from tests.flow.test_clock import subjects

NEW = date(2026, 4, 20)
RENEWED, CORRECTED = "Subject: You may keep it longer: A book", "Subject: The date has changed: A book"
HERE = "Subject: Your interlibrary loan is here: A book"


def correct(world, on):
    due_date.correct(world.store, world.app.context, due_date.DueDate("B1", on))


def received(world, run=True):
    world.place()
    world.act("B1", "receive", run=run)


def test_two_renewals_that_come_together_are_one_letter(small_world):
    world = small_world
    received(world)
    world.sent.clear()
    world.days(5)
    world.hear("B1-1 RENEWED*04-05-2026", run=False)
    world.hear("B1-1 RENEWED*01-06-2026")
    (letter,) = world.reader()
    assert "lets you keep it until Mon 1 Jun:" in letter.text
    (untold,) = world.shown("B1").untold
    assert (untold.notice, str(untold.why)) == ("patron/renewed", "another letter says this day already")


def test_a_date_that_is_corrected_before_the_letter_is_written_has_not_changed(small_world):
    world = small_world
    received(world, run=False)
    correct(world, NEW)
    world.run()
    (letter,) = world.reader()
    assert "You may keep it until Mon 20 Apr." in letter.text


@pytest.mark.parametrize("runs", [True, False])
def test_a_renewal_after_a_correction_that_nobody_heard_of_names_the_last_day(small_world, runs):
    world = small_world
    received(world)
    world.later()
    correct(world, NEW)
    if runs:
        world.run()
        world.later()
    world.hear("B1-1 RENEWED*04-05-2026")
    told = [HERE, CORRECTED, RENEWED] if runs else [HERE, CORRECTED]
    assert subjects(world.reader()) == told
    assert "Mon 4 May" in world.reader()[-1].text


def test_another_day_is_told_at_the_same_moment(small_world):
    world = small_world
    received(world)
    correct(world, NEW)
    world.run()
    assert subjects(world.reader()) == [HERE, CORRECTED]
    correct(world, date(2026, 4, 13))
    world.run()
    assert "It is now Mon 13 Apr" not in world.reader()[0].text
    assert "is now Mon 13 Apr" in world.reader()[-1].text
    assert len(world.reader()) == 3


def test_a_letter_that_left_before_a_change_tells_nothing_of_it(small_world):
    """Renewed to a day that was told before: the reader who asked for more time gets an answer."""
    world = small_world
    received(world)
    world.later()
    world.act("B1", "renew")
    world.hear("B1-1 RENEWED*14-04-2026")
    assert subjects(world.reader()) == [HERE, RENEWED]
