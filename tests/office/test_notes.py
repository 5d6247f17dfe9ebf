"""A private note of staff: in the history and in lists, in no letter, and in nobody's way."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import notes

SECRET = "the reader still owes 3 EUR; ask-him-first, non-circulating"


def noted(world, number="B1", text=SECRET):
    done = notes.add(world.store, world.app.context, number, text, "clerk")
    world.run()
    return done


def test_a_note_stands_in_the_history_and_in_the_list(small_world):
    small_world.place()
    noted(small_world)
    line = small_world.shown("B1").history[-1]
    assert (line.event, line.note, line.cause) == ("note", SECRET, {"kind": "staff", "id": "clerk"})
    assert small_world.shown("B1").line.noted == SECRET
    assert small_world.state("B1") == "PENDING"
    assert not small_world.verify().differences


def test_no_letter_carries_it(small_world):
    small_world.place()
    small_world.ordered("TXC1-1 S LOAN\nA book of ours")
    noted(small_world)
    noted(small_world, "L1")
    small_world.act("B1", "receive")
    small_world.hear("B1-1 RECALLED")
    small_world.act("B1", "return")
    small_world.act("L1", "ship")
    small_world.days(60)
    assert len(small_world.sent) > 3
    assert not [letter for letter in small_world.sent if "3 EUR" in letter.text]


def test_a_note_is_no_obstacle_to_an_undo_and_settles_nothing(small_world):
    small_world.place()
    small_world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    before = small_world.attention("B1")
    assert before
    noted(small_world)
    assert small_world.attention("B1") == before
    small_world.act("B1", "close")
    noted(small_world)
    small_world.act("B1", "undo")
    assert small_world.shown("B1").line.outcome == ""


@pytest.mark.parametrize("text", ["", " \n ", "x" * 501])
def test_a_note_that_cannot_be_kept_is_refused(small_world, text):
    small_world.place()
    before = small_world.dump()
    with pytest.raises(LocalFault):
        noted(small_world, text=text)
    assert small_world.dump() == before
