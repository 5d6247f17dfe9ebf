"""What has come before our order left: the order is taken back, and nobody is told of it."""

import pytest

from mailproc.errors import LocalFault


def letters(world) -> list[str]:
    return [letter.text for letter in world.sent if letter.to == "orders@bl.example"]


@pytest.mark.parametrize("service", ["LOAN", "COPY"])
@pytest.mark.parametrize("worded", [False, True], ids=["no letter yet", "a letter waits"])
def test_an_order_that_has_not_left_does_not_leave_any_more(world, service, worded):
    world.place(service=service, run=False)
    other = world.place(title="Somebody else's", run=False)
    if worded:
        world.quiet()  # both stand in one letter
    done = world.act("B1", "receive")
    assert (done.after, done.note) == ("RECEIVED", "the order had not left: it is withdrawn")
    (text,) = letters(world)
    assert f"TX{other}-1" in text and "TXB1-1" not in text
    assert world.shown("B1").line.delivery == "withdrawn"
    assert "the order had not left" in world.shown("B1").history[-1].note


def test_a_trial_says_so_and_keeps_the_order(world):
    world.place(run=False)
    assert world.foresee("B1", "receive").note == "the order had not left: it is withdrawn"
    world.run()
    assert len(letters(world)) == 1


def test_a_held_order_is_no_trouble_any_more(world):
    world.place(run=False, keywords=["CANCEL"])
    world.quiet()
    assert world.attention("B1") == ("held-value",)
    world.act("B1", "receive")
    assert world.attention("B1") == () and letters(world) == []


def test_undo_sends_the_order_after_all(world):
    world.place(run=False)
    world.act("B1", "receive", run=False)
    world.act("B1", "undo")
    assert world.state("B1") == "PENDING" and len(letters(world)) == 1


def test_an_order_that_has_left_is_received_as_ever(world):
    world.place()
    done = world.act("B1", "receive")
    assert (done.after, done.note) == ("RECEIVED", "") and len(letters(world)) == 1


def test_nor_is_anything_said_of_it_later(world):
    """What this protocol has no message for would go to the lender's people as a letter."""
    world.place(run=False)
    world.act("B1", "receive")
    with pytest.raises(LocalFault, match="withdrawn before it was sent"):
        world.act("B1", "renew")
    for action in ("damaged", "return"):
        world.act("B1", action)
    assert letters(world) == [] and world.state("B1") == "RETURNED"
