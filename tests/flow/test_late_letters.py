"""The relay is down for days: what a reader hears when it comes back is true then."""

import pytest

from mailproc.errors import TryLater
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
    assert row["last_error"]
    assert due.verify().differences == ()


def test_what_is_still_true_leaves(due: World) -> None:
    due.later(hours=2)
    due.refuses = up
    due.days(1)
    assert len(due.reader()) == 1
