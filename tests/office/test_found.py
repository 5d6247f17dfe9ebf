"""What was lost may turn up: either side says so, and the loan ends when its owner has checked it in."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import charges
from mailproc.office.requests.charges import ChargeEntry

ORDER = "TXC1-1 S LOAN\nA book of ours"


def lost(world, *partners):
    world.place(*partners)
    world.act("B1", "receive")
    world.act("B1", "lost")
    world.sent.clear()


def commands(world, number="B1"):
    from mailproc.office.queries import request_details

    with world.store.read() as connection:
        found = request_details.shown(connection, number, world.app.context)
    return [way.command for way in found.ways]


def test_a_borrower_says_that_it_has_turned_up(small_world, addresses):
    lost(small_world)
    done = small_world.act("B1", "found", note="It lay under the stairs.")
    assert (done.before, done.after) == ("LOST", "LOST")
    (letter,) = small_world.to(addresses["XX-BL"])
    assert "has been found" in letter.text and "under the stairs" in letter.text
    assert "found-after-lost" in small_world.attention("B1")
    assert "return" not in small_world.shown("B1").actions
    small_world.act("B1", "check-in", heard_by="post")
    assert small_world.state("B1") == "RETURNED"
    assert not small_world.verify().differences


def test_a_lender_says_it_and_checks_it_in(small_world, addresses):
    small_world.ordered(ORDER)
    small_world.act("L1", "ship")
    small_world.act("L1", "lost")
    small_world.sent.clear()
    assert commands(small_world, "L1")[:2] == ["mailproc act L1 check-in", "mailproc act L1 found"]
    small_world.act("L1", "found")
    assert small_world.state("L1") == "LOST"
    assert "has been found" in small_world.to(addresses["XX-CUSTOMER"])[0].text
    small_world.act("L1", "check-in")
    assert small_world.state("L1") == "CHECKED_IN"


@pytest.mark.parametrize("number", ["B1", "L1"])
def test_the_other_side_says_it(small_world, number):
    """Staff see that it turns up, and not only that there is a message."""
    lost(small_world)
    small_world.ordered(ORDER)
    small_world.act("L1", "ship")
    small_world.act("L1", "lost", heard_by="phone")
    small_world.act(number, "found", heard_by="phone")
    assert "found-after-lost" in small_world.attention(number)
    assert "message" not in small_world.attention(number)
    assert small_world.shown(number).history[-1].spoken == "found"
    assert small_world.verify().differences == ()


@pytest.mark.parametrize("before", [(), ("receive",), ("receive", "return")])
def test_nothing_is_found_that_was_not_lost(small_world, before):
    small_world.place()
    for action in before:
        small_world.act("B1", action)
    assert "found" not in small_world.shown("B1").actions
    state = small_world.dump()
    with pytest.raises(LocalFault):
        small_world.act("B1", "found")
    assert small_world.dump() == state


def test_the_first_advice_about_a_lost_loan_is_not_to_order_it_again(small_world):
    lost(small_world)
    assert commands(small_world)[:2] == ["mailproc act B1 found", "mailproc act B1 message --note TEXT"]


def test_a_lost_loan_whose_rota_goes_on_stays_in_the_digest(small_world):
    lost(small_world, "XX-BL", "XX-BL")
    small_world.next("B1")
    assert small_world.state("B1") == "PENDING"
    assert "lost" in small_world.shown("B1").line.needs
    small_world.act("B1-1", "message", note="What does it cost?")
    assert "lost" in small_world.shown("B1").line.needs  # a message does not settle it
    assert "mailproc act B1-1 found" in commands(small_world)
    small_world.act("B1-1", "close")
    assert small_world.shown("B1").line.needs == ()
    assert small_world.shown("B1").line.outcome == ""  # the other library is still asked
    assert small_world.state("B1") == "PENDING"


def test_a_lost_loan_that_is_not_paid_for_stays_in_the_digest_though_it_is_closed(small_world):
    def record(amount, status):
        entry = ChargeEntry("B1", amount, kind="lost", status=status)
        charges.add(small_world.store, small_world.app.context, entry, "clerk")

    lost(small_world)
    record("40 EUR", "charged")
    small_world.act("B1", "close")
    assert small_world.shown("B1").line.needs == ("lost",)
    record("15 EUR", "paid")
    assert small_world.shown("B1").line.needs == ("lost",)
    record("25 EUR", "paid")
    assert small_world.shown("B1").line.needs == ()
    assert small_world.verify().differences == ()
