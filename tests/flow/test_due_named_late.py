"""The lender's Shipped comes after its parcel, and names another due date than the one we counted."""

from datetime import date

import pytest

from tests.support.world import World


@pytest.fixture
def lent(world: World) -> World:
    """The reader has the book, and was told until when."""
    world.place()
    world.act("B1-1", "receive")
    return world


def named(world: World, day: date) -> list[str]:
    """Let the lender name ``day`` by telephone; return what the reader gets then."""
    told = len(world.reader())
    world.act("B1-1", "ship", heard_by="phone", on=day)
    return [letter.text for letter in world.reader()[told:]]


def test_the_reader_is_told_the_new_date_once(lent: World) -> None:
    (told,) = named(lent, date(2026, 3, 25))
    assert "It is now Wed 25 Mar" in told
    assert "due-passed" not in lent.attention("B1")
    assert named(lent, date(2026, 3, 25)) == []


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 1)], ids=["today", "yesterday"])
def test_a_date_that_has_passed_is_not_taken(lent: World, day: date) -> None:
    held = lent.shown("B1").line.due
    assert held is not None
    assert held > lent.now.date()
    assert named(lent, day) == []
    assert lent.shown("B1").line.due == held
    assert "due-passed" in lent.attention("B1")
    assert lent.verify().differences == ()
