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


def test_a_renewal_granted_since_is_not_taken_back(lent: World) -> None:
    """In words the Shipped has no time: staff ask which date is right."""
    lent.act("B1-1", "renew")
    lent.act("B1-1", "renew-reply", heard_by="phone", answer=True, on=date(2026, 5, 10))
    assert named(lent, date(2026, 3, 30)) == []
    assert lent.shown("B1").line.due == date(2026, 5, 10)
    assert "due-passed" in lent.attention("B1")
    assert lent.verify().differences == ()


def test_a_date_that_has_passed_before_the_item_came_is_not_taken(world: World) -> None:
    """Whoever types when it was sent has typed the due date: nobody wants the item back."""
    world.place()
    world.act("B1-1", "ship", heard_by="phone", on=date(2026, 2, 20))
    assert "due-passed" in world.attention("B1")
    world.act("B1-1", "receive")
    assert "wants it back" not in world.reader()[-1].text
    assert world.shown("B1").line.due == date(2026, 4, 13)
    assert world.verify().differences == ()
