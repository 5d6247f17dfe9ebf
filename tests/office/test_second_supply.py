"""A second library sends what has come, or what we had cancelled: staff say what the reader hears of it."""

import pytest

from mailproc.errors import LocalFault
from mailproc.notices.language_files import ENGLISH
from mailproc.office.queries import possible_actions, request_details
from tests.support.partners import BL, SECOND

READER = "r@readers.example"


def commands(world, number: str = "B1") -> list[str]:
    with world.store.read() as connection:
        shown = request_details.shown(connection, number, world.app.context, ENGLISH)
    return [way.command.removeprefix("mailproc ") for way in shown.ways]


@pytest.fixture
def both_sent(small_world):
    """B1-2 is here, and its reader was told; then the first library sends it all the same."""
    number = small_world.place(BL, SECOND)
    small_world.act(number, "unfilled", heard_by="phone", reason="in-use-on-loan")
    small_world.act(number, "ship", heard_by="phone")
    small_world.act(number, "receive")
    small_world.act(f"{number}-1", "ship", heard_by="mail")
    assert len(small_world.to(READER)) == 1
    return small_world


def test_the_item_of_the_first_library_is_offered_to_go_back_not_the_readers(both_sent):
    assert commands(both_sent) == ["act B1-1 receive --quiet", "act B1-1 return"]
    both_sent.act("B1-1", "return")
    assert (both_sent.state("B1"), commands(both_sent)) == ("RECEIVED", [])


def test_no_reader_is_told_of_a_second_one_unless_staff_insist(both_sent):
    before = both_sent.dump()
    with pytest.raises(LocalFault, match="B1-2 of XX-SECOND is here") as refused:
        both_sent.act("B1-1", "receive")
    assert "mailproc act B1-1 receive --quiet" in refused.value.possible
    assert both_sent.dump() == before


@pytest.mark.parametrize(("how", "letters"), [("quiet", 1), ("anyway", 2)])
def test_a_second_one_is_received_as_staff_say(both_sent, how, letters):
    both_sent.act("B1-1", "receive", **{how: True})
    assert len(both_sent.to(READER)) == letters


def test_the_actions_say_what_speaks_against_a_second_receipt(both_sent):
    with both_sent.store.read() as connection:
        found = possible_actions.choices(connection, "B1-1", both_sent.app.context)
    assert [bool(one.against) for one in found if one.action.name == "receive"] == [True]


@pytest.mark.parametrize("after", ["return", "lost"])
def test_what_is_no_longer_here_speaks_against_nothing(both_sent, after):
    both_sent.act("B1-2", after)
    both_sent.act("B1-1", "receive")
    assert len(both_sent.to(READER)) == 2


def test_before_the_other_comes_the_first_may_be_received(small_world):
    number = small_world.place(BL, SECOND)
    small_world.act(number, "unfilled", heard_by="phone", reason="in-use-on-loan")
    small_world.act(f"{number}-1", "ship", heard_by="mail")
    offered = ["act B1-1 receive", "act B1-1 receive --quiet", "act B1-1 return"]
    assert commands(small_world) == offered


def test_what_comes_although_we_cancelled_may_be_received_without_a_letter(small_world):
    number = small_world.place(BL, SECOND)
    small_world.act(number, "cancel")
    small_world.act(number, "ship", heard_by="mail")
    assert "act B1 receive --quiet" in commands(small_world)
    small_world.act(number, "receive", quiet=True)
    assert small_world.to(READER) == []


SEND_BACK = "it came although nobody waits for it any more: send it back"


def told(outcome) -> str:
    return "; ".join(map(str, outcome.words))


def test_a_second_one_that_is_here_must_go_back_and_staff_hear_it_at_once(both_sent):
    assert SEND_BACK in told(both_sent.act("B1-1", "receive", quiet=True))
    assert "not-wanted" in both_sent.shown("B1").line.needs
    assert commands(both_sent) == ["act B1-1 return"]
    both_sent.act("B1-1", "return")
    assert both_sent.shown("B1").line.needs == ()
    assert not both_sent.verify().differences


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_what_comes_after_the_end_of_its_request_must_go_back(small_world, end):
    number = small_world.place(patron={"id": "R1", "name": "R. Reader", "email": READER})
    small_world.act(number, end)
    small_world.act(number, "ship", heard_by="mail")
    assert SEND_BACK in told(small_world.act(number, "receive", quiet=True))
    assert "act B1 return" in commands(small_world)


def test_a_quiet_receipt_of_what_is_wanted_asks_for_nothing(small_world):
    number = small_world.place(patron={"id": "R1", "name": "R. Reader", "email": READER})
    assert SEND_BACK not in told(small_world.act(number, "receive", quiet=True))
    assert small_world.shown(number).line.needs == ()
