"""The plain-English twin of a reply, and the supplier's own order line as a name of the order."""

import pytest

WAITING = """Your reference: B1-1
Our order line: 00012345-001
Status: this item is on loan; you are number 3 on the waiting list.
"""
RENEWED = """Our order line: 00012345-001
Status: this loan has been renewed until 16-09-2026.
"""


def test_a_labelled_status_repeats_its_code(world, addresses):
    world.place()
    world.hear("B1-1 USE*3")
    twin = world.letter(WAITING, addresses["XX-BL"], "Update on your order 00012345-001")
    world.inject(twin)
    world.run()
    assert world.shown("B1").line.promise == {"what": "HOLD_PLACED", "position": 3}
    assert [change.note for change in world.shown("B1").history if "said before" in change.note]


def test_a_learned_order_line_identifies_the_order(world, addresses):
    world.place(service="LOAN")
    world.inject(world.letter(WAITING, addresses["XX-BL"], "Update on your order 00012345-001"))
    world.run()
    world.act("B1", "receive")
    world.inject(world.letter(RENEWED, addresses["XX-BL"], "Update on your order 00012345-001"))
    world.run()
    assert world.shown("B1").line.due.isoformat() == "2026-09-16"


def test_an_order_line_of_another_partner_is_nothing_of_ours(small_world, addresses):
    small_world.place(service="LOAN")
    small_world.inject(small_world.letter(WAITING, addresses["XX-BL"], "Update on your order 00012345-001"))
    small_world.run()
    inbox_id = small_world.inject(small_world.letter(RENEWED, addresses["XX-SECOND"], "Update on your order"))
    small_world.run()
    assert small_world.row("inbox", inbox_id)["state"] == "shelved"
    assert small_world.shown("B1").line.due is None


ODD = "Your reference: B1-1\nStatus: we are sending something odd\n"


def test_a_status_that_is_in_no_table_is_a_message_for_staff(world, addresses):
    world.place()
    inbox_id = world.inject(world.letter(ODD, addresses["XX-BL"], "Your order"))
    world.run()
    assert world.row("inbox", inbox_id)["state"] == "done"
    assert (world.state("B1"), world.attention("B1")) == ("PENDING", ("unknown-code",))
    assert any("we are sending something odd" in change.note for change in world.shown("B1").history)
    assert any("B1" in letter.text for letter in world.notices())


NOT_PROVEN = {
    "a stranger": "reader@elsewhere.example",
    "another lender": "orders@second.example",
    "a customer": "ill@customer.example",
}


@pytest.mark.parametrize("sender", NOT_PROVEN.values(), ids=NOT_PROVEN)
def test_other_senders_do_not_reach_the_history(sender, small_world):
    small_world.place()
    before = small_world.shown("B1").history
    small_world.inject(small_world.letter(ODD, sender, "Your order"), sender)
    small_world.run()
    assert small_world.shown("B1").history == before
    assert small_world.attention("B1") == ()
    assert small_world.shelf()


def test_an_unproven_claim_does_not_reach_the_history(small_world, addresses):
    """From says the partner, the envelope somebody else."""
    small_world.place()
    before = small_world.shown("B1").history
    letter = small_world.letter(ODD, addresses["XX-BL"], "Your order")
    inbox_id = small_world.inject(letter, "x@elsewhere.example")
    small_world.run()
    assert small_world.row("inbox", inbox_id)["state"] == "shelved"
    assert small_world.shown("B1").history == before


def test_an_automatic_reply_is_a_note_and_asks_nothing_of_anybody(small_world, addresses):
    small_world.place()
    letter = small_world.letter(ODD, addresses["XX-BL"], "Your order", Auto_Submitted="auto-replied")
    small_world.inject(letter)
    small_world.run()
    assert small_world.events("B1") == ["request", "AUTOMATIC_REPLY"]
    assert (small_world.attention("B1"), small_world.notices()) == ((), [])


def test_with_an_unknown_number_it_is_a_letter_for_a_person(small_world, addresses):
    small_world.place()
    odd = ODD.replace("B1-1", "INVOICE-7")
    inbox_id = small_world.inject(small_world.letter(odd, addresses["XX-BL"], "Your account"))
    small_world.run()
    assert small_world.shelf()[f"I{inbox_id}"] == ("a letter in words of XX-BL that names no request with it")
    assert any(f"I{inbox_id}" in letter.text for letter in small_world.notices())
