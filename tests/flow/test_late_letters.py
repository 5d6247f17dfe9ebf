"""The relay is down for days: what people hear when it comes back is true then."""

from collections.abc import Callable
from datetime import date

import pytest

from mailproc.errors import TryLater
from mailproc.office.requests import notes
from tests.support import configuration
from tests.support.partners import ADDRESS, BL
from tests.support.world import Sent, World

READER = "r@readers.example"


def down(_letter: Sent) -> bool:
    raise TryLater("the relay does not answer")


def up(_letter: Sent) -> bool:
    return False


@pytest.fixture
def due(small_world: World) -> World:
    """A reader has a book that is due in five days, and its reminder cannot leave."""
    world = small_world
    world.place()
    world.act("B1-1", "receive")
    world.sent.clear()
    world.refuses = down
    while not any(row["rcpt_to"] == READER and row["state"] == "prepared" for row in world.rows("outgoing")):
        world.days(1)
    return world


def test_a_reminder_of_what_is_back_does_not_leave(due: World) -> None:
    due.later(hours=2)
    due.act("B1-1", "return")
    due.refuses = up
    due.days(1)
    assert due.reader() == []
    (row,) = [one for one in due.rows("outgoing") if one["rcpt_to"] == READER and "withdrawn" in one["state"]]
    assert "when it was to leave" in row["last_error"] or "letter-no-longer-so" in row["last_error"]
    assert due.verify().differences == ()


def test_what_is_still_true_leaves(due: World) -> None:
    due.later(hours=2)
    due.refuses = up
    due.days(1)
    assert len(due.reader()) == 1


TOWN = "ill@town.example"


def told_late(world: World, *, settled: bool) -> list[str]:
    """What staff get of a lender's words, a day later; ``settled``: they have dealt with them."""
    number = world.place()
    world.refuses = down
    world.inject(world.letter("Please have patience.", ADDRESS[BL], f"{number}-1"), ADDRESS[BL])
    world.run()
    world.later(hours=2)
    if settled:
        notes.add(world.store, world.app.context, number, "read", "alice")
    world.refuses = up
    world.days(1)
    return [one.text for one in world.notices() if "they sent a message" in one.text]


@pytest.mark.parametrize("settled", [True, False])
def test_staff_are_not_told_late_of_what_they_have_settled(small_world: World, settled: bool) -> None:
    assert len(told_late(small_world, settled=settled)) == (not settled)
    assert small_world.verify().differences == ()


@pytest.mark.parametrize("answered", [True, False])
def test_people_are_not_asked_late_what_they_have_answered(
    make_world: Callable[..., World], sqlite_url: str, answered: bool
) -> None:
    lines = configuration.partner("XX-TOWN", TOWN, codec="letter", name="Town Library")
    world = make_world(sqlite_url, lines)
    world.place("XX-TOWN")
    world.act("B1", "ship", heard_by="phone", on=date(2026, 4, 20))
    world.act("B1", "receive")
    world.refuses = down
    world.act("B1", "renew")
    world.later(hours=2)
    if answered:
        world.act("B1", "renew-reply", heard_by="phone", answer=True, on=date(2026, 5, 20))
    world.refuses = up
    world.days(1)
    asked = [one for one in world.to(TOWN) if "we ask to keep it longer" in one.text]
    assert len(asked) == (not answered)
    assert world.verify().differences == ()
