"""What is nothing for us is put away: kept, and out of everybody's sight."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office import dismissal, letters, mailroom
from mailproc.office.agenda import agenda

UNREADABLE = "TX S LOAN\nAn order without a number"


def dismiss(world, *ids, note="", by="clerk"):
    return dismissal.dismiss(world.house.store, world.house.premises, ids, note, by)


def advertises(world) -> str:
    sender = "someone@bl.example"
    inbox_id = world.inject(world.letter("Buy shelves!", sender, "Offer"), sender)
    world.run()
    return f"I{inbox_id}"


def unplaced(world) -> list[str]:
    with world.house.store.read() as connection:
        return [one.id for one in agenda(connection, world.house.premises).unplaced]


def test_a_letter_of_nobody(world):
    one, other = advertises(world), advertises(world)
    done = dismiss(world, one, note="an\nadvertisement")
    assert (done.ids, done.by, done.at) == ((one,), "clerk", world.now)
    assert list(world.shelf()) == unplaced(world) == [other]
    kept = world.row("inbox", int(one[1:]))
    assert kept["state"] == "dismissed" and kept["raw"]
    assert kept["last_error"] == "no protocol knows this letter"
    assert kept["note"] == "clerk put it away on 2026-03-02 09:00: an advertisement"


def test_an_order_that_cannot_be_read_says_how_to_be_rid_of_it(world):
    inbox_id = world.ordered("TXC1-1 S LOAN\nA book of ours", UNREADABLE)
    (event_id,) = world.shelf()
    for way in (mailroom.release, lambda *these: mailroom.attach(*these, "L1")):
        with pytest.raises(LocalFault) as refused:
            way(world.house.store, world.house.premises, event_id)
        assert f"mailproc dismiss {event_id} puts it away" in refused.value.possible
    assert dismiss(world, f"i{inbox_id}").ids == (event_id,)  # the letter's shelved messages
    assert world.shelf() == {} and unplaced(world) == []
    with world.house.store.read() as connection:
        told = letters.events_of(connection, inbox_id)
    (why,) = [one["why"] for one in told if one["id"] == event_id]
    assert "has no number" in why and why.endswith("clerk put it away on 2026-03-02 09:00")


def test_all_or_none(world):
    shelved = advertises(world)
    for wrong in ("I99", "E99", "O1", "B1"):
        with pytest.raises(LocalFault):
            dismiss(world, shelved, wrong)
    assert list(world.shelf()) == [shelved]
    dismiss(world, shelved, shelved)
    with pytest.raises(LocalFault, match="does not lie on the shelf"):
        dismiss(world, shelved)


def test_a_letter_and_its_own_message_together(world):
    inbox_id = world.ordered("TXC1-1 S LOAN\nA book of ours", UNREADABLE, UNREADABLE + " either")
    first, second = world.shelf()
    assert dismiss(world, f"I{inbox_id}", second, first).ids == (first, second)
    assert world.shelf() == {}
    with pytest.raises(LocalFault, match=f"I{inbox_id} does not lie"):
        dismiss(world, f"I{inbox_id}")


def test_a_change_of_mind(world):
    world.place()
    letter_id = advertises(world)
    dismiss(world, letter_id)
    mailroom.attach(world.house.store, world.house.premises, letter_id, "B1")
    assert world.attention("B1") == ("message",)
    event_id = f"E{world.rows('event')[0]['id']}"
    with pytest.raises(LocalFault):
        dismiss(world, event_id)  # what had its step is no matter of the shelf
    for done in (letter_id, event_id):
        with pytest.raises(LocalFault, match="does not lie on the shelf, nor was it put away"):
            mailroom.attach(world.house.store, world.house.premises, done, "B1")
