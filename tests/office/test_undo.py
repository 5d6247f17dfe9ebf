"""Taking the last act back: as long as nothing of it has left the house."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.mailroom import redelivery
from mailproc.office.requests import notes, reader_letter
from mailproc.office.requests.reader_letter import LetterInOwnWords
from mailproc.store import events, item_barcodes
from mailproc.store.events import NewEvent
from tests.flow.test_letters_of_people import write

ORDER = "TXC1-1 S LOAN\nA book of ours"


def current(world, number):
    row = world.transaction(number)
    names = ("state", "state_before", "due_on", "renewable", "promise", "service", "closed_at", "options")
    return {name: row[name] for name in names}


@pytest.mark.parametrize("action", ["cancel", "receive", "message", "close", "query"])
def test_what_has_not_left_is_taken_back(small_world, action):
    small_world.place()
    before = current(small_world, "B1")
    small_world.act("B1", action, run=False, note="a word")
    small_world.act("B1", "undo")
    assert current(small_world, "B1") == before
    assert len(small_world.sent) == 1  # the order; neither a letter nor a notice of what was undone
    assert small_world.shown("B1").closed_at is None


@pytest.mark.parametrize(
    ("action", "more"),
    [("ship", {}), ("unfilled", {"reason": "lost"}), ("hold", {"position": 1}), ("lost", {})],
)
def test_a_lender_takes_back(small_world, action, more):
    small_world.ordered(ORDER)
    before = current(small_world, "L1")
    small_world.sent.clear()
    small_world.act("L1", action, run=False, **more)
    small_world.step()  # the letter is prepared, but has not left
    small_world.act("L1", "undo")
    assert current(small_world, "L1") == before
    assert small_world.sent == []


def test_only_the_undone_act_is_taken_back(small_world, addresses):
    """What was said before it still goes out."""
    small_world.ordered(ORDER)
    small_world.act("L1", "hold", position=2, run=False)
    small_world.act("L1", "ship", run=False)
    small_world.act("L1", "undo")
    (letter,) = small_world.to(addresses["XX-CUSTOMER"])
    assert "USE*2" in letter.text and "SHIPPED" not in letter.text
    assert small_world.shown("L1").line.delivery == "handed_over"


def test_a_withdrawal_can_be_undone(world, addresses):
    """The order that a cancel took back goes out after all."""
    world.place(run=False)
    world.quiet()
    world.act("B1", "cancel", run=False)
    assert (world.state("B1"), world.shown("B1").line.outcome) == ("CANCELLED", "cancelled")
    world.act("B1", "undo")
    assert (world.state("B1"), world.shown("B1").line.outcome) == ("PENDING", "")
    (letter,) = world.to(addresses["XX-BL"])
    assert "TXB1-1" in letter.text


@pytest.mark.parametrize("action", ["cancel", "message", "receive"])
def test_what_has_left_stays(small_world, action):
    """A notice to the reader is a letter too."""
    small_world.place()
    small_world.act("B1", action, note="a word")
    after = small_world.dump()
    with pytest.raises(LocalFault):
        small_world.act("B1", "undo")
    assert small_world.dump() == after


def test_a_shipment_that_was_announced_stays(small_world):
    small_world.ordered(ORDER)
    small_world.act("L1", "ship")
    with pytest.raises(LocalFault):
        small_world.act("L1", "undo")
    assert small_world.state("L1") == "SHIPPED"


def test_nothing_is_undone_twice_or_across_a_letter(small_world):
    small_world.place()
    with pytest.raises(LocalFault):  # there is no act yet but the request itself
        small_world.act("B1", "undo")
    small_world.act("B1", "close")
    small_world.act("B1", "undo")
    with pytest.raises(LocalFault):
        small_world.act("B1", "undo")
    small_world.act("B1", "close")
    small_world.hear("B1-1 USE*2")
    with pytest.raises(LocalFault):
        small_world.act("B1", "undo")


def test_undoing_restores_what_staff_had_seen(small_world):
    """A request closed by mistake is open again, also in the lists."""
    small_world.place()
    small_world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    small_world.act("B1", "close")
    assert small_world.shown("B1").line.outcome == "closed"
    assert small_world.listed(attention=True) == []
    small_world.act("B1", "undo")
    assert small_world.shown("B1").line.outcome == ""
    assert small_world.transaction("B1")["closed_at"] is None


@pytest.mark.parametrize(
    ("kind", "taken_back"),
    [("DOCUMENT_WITHHELD", True), ("DOCUMENT_DELETED", True), ("DOCUMENT_SENT", False)],
)
def test_what_became_of_a_document_keeps_nothing_from_being_undone_unless_it_went(
    small_world, kind, taken_back
):
    small_world.place(service="COPY")
    small_world.act("B1", "receive", quiet=True, run=False)
    event = NewEvent(
        cause="policy",
        type=kind,
        at=small_world.now,
        partner="XX-BL",
        transaction_id=1,
        facts={"text": "a file"},
    )
    small_world.store.write(lambda connection: events.add(connection, event))
    small_world.step()
    if taken_back:
        small_world.act("B1", "undo")
    else:
        with pytest.raises(LocalFault):
            small_world.act("B1", "undo")
    assert small_world.state("B1") == ("PENDING" if taken_back else "RECEIVED")


@pytest.mark.parametrize(
    ("automatic", "attention"), [("no", ("reader-wrote",)), ("auto-replied", ())], ids=["reader", "machine"]
)
def test_what_anybody_writes_ends_no_undo(small_world, automatic, attention):
    """Nothing proves a reader's address: who writes it decides nothing. What was written stays to be read."""
    small_world.place()
    before = current(small_world, "B1")
    small_world.act("B1", "receive", run=False)
    reader = "r@readers.example"
    letter = small_world.letter("Thanks for B1", reader, "Hello", Auto_Submitted=automatic)
    small_world.inject(letter, reader)
    small_world.step()
    small_world.act("B1", "undo")
    assert current(small_world, "B1") == before
    assert small_world.attention("B1") == attention


def test_a_letter_to_the_reader_that_left_ends_no_undo(small_world):
    """The wrong number was written down by telephone; what the reader was told since is no part of that."""
    small_world.place(patron={"id": "R1", "name": "Ann Reader", "email": "r@readers.example"})
    before = small_world.state("B1")
    small_world.act("B1", "ship", heard_by="phone")
    written = LetterInOwnWords("B1", "It is on its way, they say.", "clerk")
    reader_letter.write(small_world.store, small_world.app.context, written)
    small_world.run()
    assert len(small_world.reader()) == 1
    small_world.act("B1", "undo")
    assert small_world.state("B1") == before
    assert small_world.verify().differences == ()


def test_a_letter_to_the_reader_that_waits_is_what_is_taken_back(small_world):
    small_world.place(patron={"id": "R1", "name": "Ann Reader", "email": "r@readers.example"})
    small_world.act("B1", "ship", heard_by="phone")
    state = small_world.state("B1")
    written = LetterInOwnWords("B1", "It is on its way, they say.", "clerk")
    reader_letter.write(small_world.store, small_world.app.context, written)
    small_world.act("B1", "undo")
    assert (small_world.reader(), small_world.state("B1")) == ([], state)


def test_undoing_brings_no_trouble_back_that_was_settled_since(small_world):
    small_world.place()
    small_world.bounce(small_world.sent[0])
    small_world.act("B1", "message", heard_by="phone", note="soon")
    assert "bounced" in small_world.attention("B1")
    redelivery.redeliver(small_world.store, "O1")
    small_world.run()
    small_world.act("B1", "undo")
    assert "bounced" not in small_world.attention("B1")


def test_undoing_brings_trouble_back_that_still_is(small_world):
    small_world.place()
    small_world.bounce(small_world.sent[0])
    small_world.act("B1", "close")
    assert small_world.attention("B1") == ()
    small_world.act("B1", "undo")
    assert small_world.attention("B1") == ("bounced",)


def test_undoing_brings_no_words_back_that_staff_noted_since(small_world):
    small_world.place()
    small_world.hear("B1-1 OTHER")
    small_world.act("B1", "damaged", heard_by="phone")
    before = small_world.attention("B1")
    notes.add(small_world.store, small_world.app.context, "B1", "read it", "clerk")
    small_world.act("B1", "undo")
    assert before and small_world.attention("B1") == ()


def test_the_barcode_of_an_act_that_was_taken_back_is_of_no_item(small_world):
    small_world.place()
    small_world.place()
    for number in ("B1", "B2"):
        small_world.hear(f"{number}-1 SHIPPED LOAN")
    small_world.act("B1", "receive", run=False, barcode="99-77")
    small_world.act("B1", "undo")
    small_world.act("B2", "receive", barcode="99-77")
    with small_world.store.read() as connection:
        found = item_barcodes.given_to(connection, "99-77")
    assert found == [small_world.transaction("B2")["id"]]


def test_what_stands_again_says_what_it_said_before(small_world):
    small_world.place()
    small_world.act("B1", "conditional", heard_by="phone", condition="charges")
    before = small_world.shown("B1").line.status
    assert before.reason == "charges"
    small_world.act("B1", "answer-condition", answer=True, run=False)
    small_world.act("B1", "undo")
    assert small_world.shown("B1").line.status == before


def test_a_letter_to_the_reader_that_waits_is_taken_back_whatever_came_meanwhile(small_world):
    small_world.place()
    write(small_world, "Where is B1?", "r@readers.example", "Re: B1")
    written = LetterInOwnWords("B1", "It is on its way.", door="desk")
    reader_letter.write(small_world.store, small_world.app.context, written)
    small_world.hear("B1-1 SHIPPED LOAN")
    before = current(small_world, "B1")
    small_world.act("B1", "undo")
    assert (current(small_world, "B1"), small_world.attention("B1")) == (before, ("reader-wrote",))
    small_world.later(hours=1)
    small_world.run()
    assert "It is on its way" not in "".join(one.text for one in small_world.reader())
