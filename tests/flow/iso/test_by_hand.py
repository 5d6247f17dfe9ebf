"""An order that a partner of ISO 10161 sent on paper: what its system says and hears later is about it."""

from mailproc.office.requests import lend
from tests.flow.iso.conftest import BORROWER

ORDER = {"as": "lender", "service": "LOAN", "item": {"title": "A book of ours"}, "partners": [BORROWER]}


def enter(iso, their_number):
    wanted = lend.read(ORDER | {"their_number": their_number})
    return lend.enter(iso.store, iso.app.context, wanted, "clerk").number


def test_our_messages_name_their_transaction_and_theirs_find_it(iso):
    assert enter(iso, "ILL/2026-55/1") == "L1"
    iso.act("L1", "ship")
    named = {"initial_requester": BORROWER, "tgq": "ILL/2026-55", "tq": "1"}
    assert (iso.last()["type"], iso.last()["transaction"]) == ("SHIPPED", named)
    iso.hears("RECEIVED", BORROWER, named, received_on="2026-03-02")
    iso.hears("RETURNED", BORROWER, named, returned_on="2026-03-02")
    assert iso.events("L1") == ["ILL_REQUEST", "ship", "RECEIVED", "RETURNED"]


def test_an_order_without_a_number_is_answered_to_people(iso):
    enter(iso, "")
    iso.act("L1", "ship")
    assert iso.said() == []
    assert [letter.to for letter in iso.sent] == ["ill@borrower.example"]


def test_the_order_itself_that_comes_later_is_a_repeat(iso):
    enter(iso, "G1/1")
    iso.asks("G1", "1", item={"title": "A BOOK OF OURS"})
    assert iso.listed(role="RESPONDER") == ["L1"]
    assert iso.attention("L1") == ("to-answer",)
    iso.asks("G1", "1", item={"title": "Another book"})
    assert iso.events("L1") == ["ILL_REQUEST"] * 3
    assert iso.attention("L1") != ("to-answer",)
