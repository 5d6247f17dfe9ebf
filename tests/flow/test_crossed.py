"""E-mail crosses: the later phase wins, the other is a note, and no report of an error goes out."""

import pytest

ORDER = "TXC1-1 S LOAN\nA book of ours"


@pytest.mark.parametrize(
    ("way", "state", "attention"),
    [
        # what happens, in order: our acts in small letters, the lender's words in capitals
        (("cancel", "SHIPPED LOAN", "NCANC"), "SHIPPED", ("shipped-after-cancel",)),
        (("cancel", "SHIPPED LOAN", "CANC"), "SHIPPED", ("shipped-after-cancel", "answer-after-end")),
        (("cancel", "NOT", "CANC"), "NOT_SUPPLIED", ()),
        (("cancel", "CANC", "SHIPPED LOAN"), "SHIPPED", ("supplied-after-end",)),
        (("cancel", "DUE"), "NOT_RECEIVED_OVERDUE", ("overdue",)),
        (("receive", "SHIPPED LOAN"), "RECEIVED", ()),
        (("receive", "USE*3", "NOT"), "RECEIVED", ("answer-after-end",)),
        (("receive", "return", "SHIPPED LOAN", "DUE"), "RETURNED", ("demanded-after-return",)),
        (("receive", "renew", "DUE", "RENEWED*16-09-2026"), "RECEIVED", ()),
        (("receive", "DUE", "renew", "NO RENEW"), "OVERDUE", ("renewal-refused",)),
        (("SHIPPED LOAN", "renew", "receive", "NO RENEW"), "RECEIVED", ("renewal-refused",)),
        (("receive", "renew", "return", "NO RENEW"), "RETURNED", ()),
        (("DUE", "SHIPPED LOAN", "receive"), "OVERDUE", ()),
        (("DUE*AUTOMATIC RENEWAL PENDING", "SHIPPED LOAN", "receive"), "RECEIVED", ()),
    ],
)  # fmt: skip
def test_borrowing(small_world, addresses, way, state, attention):
    small_world.place()
    for word in way:
        if word.islower():
            small_world.act("B1", word)
        else:
            small_world.hear(f"B1-1 {word}")
    assert (small_world.state("B1"), small_world.attention("B1")) == (state, attention)
    assert not any("STATUS" in letter.text for letter in small_world.to(addresses["XX-BL"]))


@pytest.mark.parametrize(
    ("way", "state", "last"),
    [
        (("TXC1-1 CANCEL", "ship"), "SHIPPED", "SHIPPED LOAN"),
        (("ship", "TXC1-1 CANCEL"), "SHIPPED", "NCANC"),
        (("unfilled", "TXC1-1 CANCEL"), "NOT_SUPPLIED", "CANC"),
        (("TXC1-1 CANCEL", "TXC1-1 CANCEL"), "CANCEL_PENDING", None),
        (("ship", "TXC1-1 CANCEL", "check-in"), "CHECKED_IN", "NCANC"),
    ],
)
def test_lending(small_world, addresses, way, state, last):
    small_world.ordered(ORDER)
    for word in way:
        if word.islower():
            small_world.act("L1", word)
        else:
            small_world.ordered(word, file_ref="2")
    assert small_world.state("L1") == state
    letters = small_world.to(addresses["XX-CUSTOMER"])
    assert (f"C1-1   {last}" in letters[-1].text) if last else letters == []


def test_a_cancel_that_overtakes_its_order(world, addresses):
    """It waits on the shelf; the order comes, and staff are asked to stop it."""
    world.ordered("TXC1-1 CANCEL\nno longer needed")
    (reason,) = world.shelf().values()
    assert "C1-1" in reason
    assert world.sent == []
    world.ordered(ORDER, file_ref="2")
    assert world.shelf() == {}
    assert (world.state("L1"), world.attention("L1")) == ("CANCEL_PENDING", ("cancel-asked",))
    assert world.events("L1") == ["CANCEL", "ILL_REQUEST"]
    assert len(world.notices()) == 1
    world.act("L1", "cancel-reply", answer=True)
    assert world.state("L1") == "CANCELLED"
    assert "CANC" in world.to(addresses["XX-CUSTOMER"])[0].text


def test_another_customers_cancel_does_not_wait_for_it(small_world):
    small_world.ordered("TXC1-1 CANCEL", of="XX-OTHER")
    small_world.ordered(ORDER)
    assert small_world.state("L1") == "IN_PROCESS"
    assert len(small_world.shelf()) == 1


def test_two_orders_and_a_cancel_in_one_file(world):
    world.ordered("TXC1-1 S LOAN\nFirst", "TXC1-2 S LOAN\nSecond", "TXC1-1 CANCEL")
    assert [world.state(number) for number in ("L1", "L2")] == ["CANCEL_PENDING", "IN_PROCESS"]
    assert len(world.listed()) == 2


def test_the_cancel_stands_before_its_order_in_the_file(world):
    world.ordered("TXC1-1 CANCEL", "TXC1-1 S LOAN\nFirst")
    assert world.state("L1") == "CANCEL_PENDING"
    assert world.shelf() == {}


def test_a_cancel_before_the_order_has_left(world, addresses):
    world.place(run=False)
    world.act("B1", "cancel")
    assert (world.state("B1"), world.shown("B1").line.outcome) == ("CANCELLED", "cancelled")
    assert world.to(addresses["XX-BL"]) == []
    assert world.shown("B1").line.delivery == "withdrawn"


def test_the_others_of_a_withdrawn_letter_still_go(small_world, addresses):
    small_world.place(run=False)
    small_world.place(title="Another", run=False)
    small_world.quiet()  # both stand in one letter, which has not left
    small_world.act("B1", "cancel")
    (letter,) = small_world.to(addresses["XX-BL"])
    assert "TXB2-1" in letter.text and "TXB1-1" not in letter.text


def test_a_repeated_question_is_answered_again(small_world, addresses):
    """The answer may have been lost; an hour's answers are bounded elsewhere."""
    small_world.ordered(ORDER)
    small_world.act("L1", "ship")
    for _ in range(2):
        small_world.ordered("TXC1-1 CANCEL", file_ref="2")
    answers = [letter for letter in small_world.to(addresses["XX-CUSTOMER"]) if "NCANC" in letter.text]
    assert len(answers) == 2
    assert small_world.state("L1") == "SHIPPED"
