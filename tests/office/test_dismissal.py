"""What is nothing for us is put away: kept, and out of everybody's sight."""

import pytest

from mailproc.cli import request_view
from mailproc.errors import LocalFault
from mailproc.office.mailroom import attaching, dismissal, incoming, redelivery
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.queries import letters
from mailproc.office.queries.agenda import agenda

UNREADABLE = "TX S LOAN\nAn order without a number"


def dismiss(world, *ids, note="", by="clerk"):
    return dismissal.dismiss(world.app.store, world.app.context, ids, note, DoneBy(by, world.now))


def advertises(world) -> str:
    sender = "someone@bl.example"
    inbox_id = world.inject(world.letter("Buy shelves!", sender, "Offer"), sender)
    world.run()
    return f"I{inbox_id}"


def unplaced(world) -> list[str]:
    with world.app.store.read() as connection:
        return [one.id for one in agenda(connection, world.app.context).unplaced]


def test_a_letter_of_nobody(world):
    one, other = advertises(world), advertises(world)
    done = dismiss(world, one, note="an\nadvertisement")
    assert (done.ids, done.by, done.at) == ((one,), "clerk", world.now)
    assert list(world.shelf()) == unplaced(world) == [other]
    kept = world.row("inbox", int(one[1:]))
    assert kept["state"] == "dismissed" and kept["raw"]
    assert kept["last_error"] == "no protocol knows this letter"
    assert kept["note"] == "clerk dismissed it on 2026-03-02 09:00: an advertisement"


def test_an_order_that_cannot_be_read_says_how_to_be_rid_of_it(world):
    inbox_id = world.ordered("TXC1-1 S LOAN\nA book of ours", UNREADABLE)
    (event_id,) = world.shelf()
    for way in (incoming.release, lambda *these: attaching.attach(*these, "L1")):
        with pytest.raises(LocalFault) as refused:
            way(world.app.store, world.app.context, event_id)
        assert f"mailproc dismiss {event_id}" in refused.value.possible
    assert dismiss(world, f"i{inbox_id}").ids == (event_id,)  # the letter's shelved messages
    assert world.shelf() == {} and unplaced(world) == []
    with world.app.store.read() as connection:
        told = letters.events_of(connection, inbox_id)
    (why,) = [one.why for one in told if one.id == event_id]
    assert "has no number" in why and why.endswith("clerk dismissed it on 2026-03-02 09:00")


def test_all_or_none(world):
    shelved = advertises(world)
    for wrong in ("I99", "E99", "O1", "B1"):
        with pytest.raises(LocalFault):
            dismiss(world, shelved, wrong)
    assert list(world.shelf()) == [shelved]
    dismiss(world, shelved, shelved)
    with pytest.raises(LocalFault, match="is not shelved"):
        dismiss(world, shelved)


def test_a_letter_and_its_own_message_together(world):
    inbox_id = world.ordered("TXC1-1 S LOAN\nA book of ours", UNREADABLE, UNREADABLE + " either")
    first, second = world.shelf()
    assert dismiss(world, f"I{inbox_id}", second, first).ids == (first, second)
    assert world.shelf() == {}
    with pytest.raises(LocalFault, match=f"I{inbox_id} is not shelved"):
        dismiss(world, f"I{inbox_id}")


def test_a_change_of_mind(world):
    world.place()
    letter_id = advertises(world)
    dismiss(world, letter_id)
    attaching.attach(world.app.store, world.app.context, letter_id, "B1")
    assert world.attention("B1") == ("message",)
    event_id = f"E{world.rows('event')[0]['id']}"
    with pytest.raises(LocalFault):
        dismiss(world, event_id)  # what had its step is no matter of the shelf
    for done in (letter_id, event_id):
        with pytest.raises(LocalFault, match="is neither shelved nor dismissed"):
            attaching.attach(world.app.store, world.app.context, done, "B1")


# --- letters of ours that did not arrive -----------------------------------------------------------


def unsent(world) -> list[str]:
    with world.app.store.read() as connection:
        return [one.id for one in agenda(connection, world.app.context).unsent]


def test_a_reader_s_letter_that_came_back(world):
    world.place()
    world.act("B1", "receive")
    (notice,) = world.reader()
    world.bounce(notice)
    assert unsent(world) == [notice.name] and world.attention("B1") == ("bounced",)
    assert dismiss(world, notice.name, note="told by telephone").ids == (notice.name,)
    assert unsent(world) == [] and world.attention("B1") == ()
    kept = world.row("outgoing", int(notice.name[1:]))
    assert kept["last_error"].startswith("550 no such user; clerk dismissed it on 2026-03-02")
    assert "BOUNCED" in world.events("B1")
    world.bounce(notice)  # it is known
    assert world.events("B1").count("BOUNCED") == 1 and unsent(world) == []
    redelivery.redeliver(world.app.store, notice.name)
    world.run()
    assert len(world.reader()) == 2


def test_of_two_letters_the_other_is_still_looked_at(world):
    world.place()
    world.act("B1", "receive")
    world.act("B1", "message", note="Thank you.")
    for letter in (world.reader()[0], world.to("orders@bl.example")[-1]):
        world.bounce(letter)
    dismiss(world, world.reader()[0].name)
    assert world.attention("B1") == ("bounced",)
    dismiss(world, *unsent(world))
    assert world.attention("B1") == ()


def test_an_order_that_nobody_has_is_not_put_away(world):
    world.place("XX-BL", "XX-SECOND")
    world.bounce(world.sent[0])
    with pytest.raises(LocalFault) as refused:
        dismiss(world, "O1")
    assert "O1 orders B1" in str(refused.value) and "mailproc next B1" in refused.value.possible
    assert unsent(world) == ["O1"]
    world.next("B1")  # that settles it
    assert unsent(world) == [] and world.row("outgoing", 1)["state"] == "dismissed"


def test_an_order_that_came_back_is_not_said_to_be_withdrawn_or_dismissed_by_staff(world, capsys):
    world.place()
    world.bounce(world.sent[0])
    world.act("B1", "cancel")
    found = world.shown("B1")
    assert (found.line.state, found.history[-1].note) == (
        "CANCELLED", "nobody has the order: it came back undelivered",
    )  # fmt: skip
    request_view.tell(found, world.app.context)
    said = capsys.readouterr().out
    assert "Cancelled (our letter: did not arrive; dismissed)" in said and "by staff" not in said
    assert world.verify().differences == ()


def test_a_file_stays_while_one_of_its_orders_is_wanted(world):
    for _ in range(2):
        world.place(run=False)
    world.run()
    world.bounce(world.sent[0])
    world.act("B1", "cancel")
    assert unsent(world) == ["O1"]
    world.act("B2", "cancel")
    assert unsent(world) == []


def test_what_came_back_is_with_nobody_after_an_undo_too(world):
    world.place("XX-BL", "XX-SECOND")
    world.bounce(world.sent[0])
    world.act("B1", "cancel")
    world.act("B1", "undo")
    assert world.state("B1") == "PENDING"
    world.next("B1")
    assert len(world.to("orders@second.example")) == 1


@pytest.mark.parametrize(("letter", "told"), [("O1", "bounced or was given up"), ("O99", "no letter O99")])
def test_one_that_arrived_is_not_put_away(world, letter, told):
    world.place()
    world.hear("B1-1 CAT*REAPPLY 4")
    with pytest.raises(LocalFault, match=told):
        dismiss(world, letter)
