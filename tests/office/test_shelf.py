"""What lies on the shelf: released, attached, or left there."""

from datetime import timedelta

import pytest

from mailproc.errors import LocalFault
from mailproc.office.mailroom import attaching, incoming, redelivery
from mailproc.office.queries import letters
from mailproc.store import outgoing

ORDER = "TXC1-1 S LOAN\nA book of ours"


def release(world, letter_id, partner=""):
    said = incoming.release(world.app.store, world.app.context, letter_id, partner)
    world.run()
    return str(said.text)


def attach(world, letter_id, number):
    said = attaching.attach(world.app.store, world.app.context, letter_id, number)
    world.run()
    return "\n".join(map(str, (said.text, *said.follows)))


def somebody_writes(world, text="About B1: it is at the binder's.", sender="someone@bl.example"):
    inbox_id = world.inject(world.letter(text, sender, "Your request"), sender)
    world.run()
    return f"I{inbox_id}"


def test_a_letter_that_no_protocol_knows(world):
    letter_id = somebody_writes(world)
    assert world.shelf() == {letter_id: "no protocol knows this letter"}
    assert world.sent == []


def test_a_letter_is_attached_as_a_message(world):
    world.place()
    letter_id = somebody_writes(world)
    attach(world, letter_id, "B1")
    assert world.shelf() == {}
    assert (world.state("B1"), world.attention("B1")) == ("PENDING", ("message",))
    last = world.shown("B1").history[-1]
    assert "binder" in last.note and last.cause == {"kind": "letter", "id": letter_id}
    with pytest.raises(LocalFault):
        attach(world, letter_id, "B1")


def test_a_long_letter_is_attached(world):
    world.place()
    attach(world, somebody_writes(world, "words \0 and words\n" * 2000), "B1")
    assert world.attention("B1") == ("message",)


def test_an_attached_letter_is_masked(small_world, passwords):
    """The fixture looks for the password in every table."""
    small_world.place()
    attach(small_world, somebody_writes(small_world, f"You sent\n99-0001\n{passwords['XX-BL']}\n"), "B1")
    assert small_world.attention("B1") == ("message",)


def test_one_message_of_a_letter_is_attached(world):
    world.place("XX-BL")
    world.hear("B1-1 SHIPPED LOAN", of="XX-SECOND")
    (letter_id,) = world.shelf()
    assert letter_id.startswith("E")
    said = attach(world, letter_id, "B1-1")
    assert "Requested → Shipped" in said
    assert world.state("B1") == "SHIPPED"
    assert world.shelf() == {}


def test_one_message_is_released(world):
    """A Cancel without its order waits; released too early it lies there again."""
    world.ordered("TXC1-1 CANCEL")
    (letter_id,) = world.shelf()
    release(world, letter_id)
    assert list(world.shelf()) == [letter_id]
    world.ordered(ORDER, file_ref="2")
    assert world.shelf() == {}


def test_a_message_of_the_other_side_cannot_be_attached(small_world):
    """What a borrower says makes no sense where we borrow."""
    small_world.place()
    small_world.ordered("TXC1-1 CANCEL")
    (letter_id,) = small_world.shelf()
    before = small_world.dump()
    with pytest.raises(LocalFault):
        attach(small_world, letter_id, "B1")
    assert small_world.dump() == before


@pytest.mark.parametrize("letter_id", ["I99", "E99", "O1", "X1", "I", "", "12", "I-1", "I1"])
def test_what_does_not_lie_there(small_world, letter_id):
    small_world.place()
    small_world.hear("B1-1 USE*2")
    before = small_world.dump()
    for act in (lambda: release(small_world, letter_id), lambda: attach(small_world, letter_id, "B1")):
        with pytest.raises(LocalFault):
            act()
    assert small_world.dump() == before


def test_attach_to_nothing(small_world):
    letter_id = somebody_writes(small_world)
    with pytest.raises(LocalFault):
        attach(small_world, letter_id, "B9")
    assert letter_id in small_world.shelf()


def test_an_automatic_reply_is_shelved_and_not_answered(small_world, addresses):
    small_world.place()
    letter = small_world.letter("I am away.", addresses["XX-BL"], "Away", Auto_Submitted="auto-replied")
    inbox_id = small_world.inject(letter)
    small_world.run()
    assert "automatic" in small_world.shelf()[f"I{inbox_id}"]
    assert len(small_world.sent) == 1


def test_the_lists_of_letters(world, addresses):
    world.place()
    world.hear("B1-1 USE*2")
    with world.app.store.read() as connection:
        assert {line.id for line in letters.recent(connection)} == {"I1", "O1"}
        assert letters.outbox(connection) == []
        (event,) = letters.events_of(connection, 1)
        assert (event.type, event.state, event.number) == ("ILL_ANSWER", "done", "B1-1")
        assert letters.row_of(connection, event.id)["id"] == 1
        for wrong in ("I9", "O9", "E1"):
            with pytest.raises(LocalFault):
                letters.row_of(connection, wrong)


def test_hold_and_redeliver(world):
    world.place(run=False)
    world.quiet()
    incoming.hold(world.app.store, "O1")
    world.run()
    assert (world.sent, world.shown("B1").line.delivery) == ([], "held")
    with pytest.raises(LocalFault):
        incoming.hold(world.app.store, "O1")
    redelivery.redeliver(world.app.store, "O1")
    world.run()
    assert (len(world.sent), world.shown("B1").line.delivery) == (1, "handed_over")


STATES = [
    # a letter's state, whether it waits for another try, whether `redeliver --all` takes it
    ("shelved", False, True), ("prepared", True, True), ("prepared", False, False),
    ("in_doubt", False, False), ("bounced", False, False), ("held", False, False),
    ("sending", False, False), ("handed_over", False, False),
    ("dismissed", False, False), ("to_print", False, False), ("withdrawn", False, False),
]  # fmt: skip


def test_all_that_failed_or_waits_is_sent_again_and_nothing_else(world):
    for _ in STATES:
        world.place(run=False)
        world.quiet()
    later = world.clock() + timedelta(hours=1)

    def change(connection):
        for number, (state, waits, _) in enumerate(STATES, start=1):
            outgoing.change(connection, number, state=state, not_before=later if waits else None)

    world.app.store.write(change)
    wanted = [f"O{number}" for number, (*_, taken) in enumerate(STATES, start=1) if taken]
    foreseen = redelivery.redeliver_all(world.app.store, dry_run=True)
    assert [one.id for one in foreseen] == wanted
    assert all(str(one.text).startswith("Nothing is changed. This would be: O") for one in foreseen)
    with world.app.store.read() as connection:
        assert [line.next_at for line in letters.outbox(connection) if line.id == "O2"] == [later]
    assert [one.id for one in redelivery.redeliver_all(world.app.store)] == wanted
    with world.app.store.read() as connection:
        rows = [outgoing.load(connection, number) for number in range(1, len(STATES) + 1)]
    assert [row.state for row in rows] == ["prepared" if taken else state for state, _, taken in STATES]
    assert [row.not_before for row in rows] == [None] * len(STATES)
    assert redelivery.redeliver_all(world.app.store) == []


def test_what_redeliver_would_do_changes_nothing(world):
    world.place(run=False)
    world.quiet()
    incoming.hold(world.app.store, "O1")
    said = redelivery.redeliver(world.app.store, "O1", dry_run=True)
    assert (said.state, str(said.text)) == ("prepared", "Nothing is changed. This would be: O1 is sent again")
    world.run()
    assert (world.sent, world.shown("B1").line.delivery) == ([], "held")


def test_who_attaches_a_letter_knows_of_it(world):
    """The mark stays in the lists; nobody is written to about what a colleague has just done."""
    world.place()
    said = attach(world, somebody_writes(world), "B1")
    assert (world.attention("B1"), world.notices()) == (("message",), [])
    assert "they sent a message" in said


def test_who_attaches_one_message_knows_of_it(world):
    world.place("XX-BL")
    world.hear("B1-1 CRF*CANNOT MATCH ITEM", of="XX-SECOND")
    (letter_id,) = world.shelf()
    told = len(world.notices())
    said = attach(world, letter_id, "B1-1")
    assert (world.attention("B1"), len(world.notices())) == (("ask-cannot-match",), told)
    assert "cannot match" in said


def test_what_comes_after_an_attached_letter_is_told_again(world):
    world.place()
    attach(world, somebody_writes(world), "B1")
    world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    assert "ask-cannot-match" in world.attention("B1")
    assert len(world.notices()) == 1
