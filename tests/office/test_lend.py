"""An order that a partner sent by post, telephone or portal, entered by staff."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import lend
from mailproc.office.slips import printing
from mailproc.office.slips.kinds import SlipKind
from tests.support import configuration

GOOD = {
    "as": "lender", "service": "LOAN", "item": {"title": "A book of ours"}, "their_number": "C7-1",
    "delivery": {"electronic": "desk@customer.example"},
}  # fmt: skip


def enter(world, partner="XX-CUSTOMER", *, anyway=False, **more):
    wanted = lend.read(GOOD | more, [partner])
    return lend.enter(world.store, world.app.context, wanted, "clerk", anyway=anyway)


def test_an_order_by_telephone_is_in_process_and_its_history_says_how_it_came(world):
    number = enter(world, asked_by="phone", asked_on="2026-02-27").number
    world.run()
    shown = world.shown(number)
    assert (number, shown.line.state, shown.line.their_number) == ("L1", "IN_PROCESS", "C7-1")
    (line,) = shown.history
    assert (line.event, line.cause) == ("ILL_REQUEST", {"kind": "staff", "id": "clerk", "heard_by": "phone"})
    assert str(line.why) == "entered by hand: asked on 2026-02-27, their number C7-1"
    assert world.attention(number) == ("to-answer",)
    assert world.sent == []
    assert world.verify().differences == ()


def test_afterwards_it_is_as_if_it_had_come_by_their_protocol(world, addresses):
    enter(world)
    world.act("L1", "ship", on=date(2026, 4, 1))
    assert "C7-1" in world.sent[-1].text
    assert world.sent[-1].to == addresses["XX-CUSTOMER"]
    world.days(40)
    world.act("L1", "check-in")
    assert world.state("L1") == "CHECKED_IN"
    assert world.verify().differences == ()


def test_the_same_number_twice_is_refused_with_the_number_unless_anyway(world):
    enter(world)
    with pytest.raises(LocalFault, match="XX-CUSTOMER has sent an order with the number c7-1 before: L1"):
        enter(world, their_number="c7-1")
    done = enter(world, their_number="c7-1", anyway=True)
    assert done.number == "L2"
    assert [one.code for one in done.warnings] == ["their-number-known", "same-borrower"]
    assert world.state("L2") == "IN_PROCESS"
    assert world.verify().differences == ()


def test_orders_without_a_number_show_none_as_theirs(world):
    for title in ("A book", "Another"):
        enter(world, their_number="", item={"title": title})
    assert [world.shown(name).line.their_number for name in ("L1", "L2")] == ["", ""]
    with world.store.read() as connection:
        slips = printing.new(connection, world.app.context, (SlipKind.PULL,)).slips
    assert len(slips) == 2 and not any("Their number" in one.text for one in slips)


def test_people_get_a_letter_about_an_order_that_their_system_does_not_know(world, addresses):
    enter(world, their_number="")
    world.act("L1", "ship", on=date(2026, 4, 1))
    assert world.sent[-1].to == addresses["XX-CUSTOMER"]
    assert "REPLIES" not in world.sent[-1].text
    assert "A book of ours" in world.sent[-1].text
    world.days(40)
    assert world.state("L1") == "OVERDUE"
    world.act("L1", "check-in")
    assert world.verify().differences == ()


def test_another_librarys_number_may_be_the_same(world):
    enter(world)
    assert enter(world, partner="XX-OTHER").number == "L2"


def test_what_comes_later_by_the_protocol_finds_it(world):
    enter(world)
    world.ordered("TXC7-1 S LOAN\nA book of ours")
    assert world.listed(role="RESPONDER") == ["L1"]
    assert world.attention("L1") == ("to-answer",)
    world.ordered("TXC7-1 S LOAN\nAnother book", file_ref="2")
    assert "number-used-again" in world.attention("L1")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"partners": ["XX-CUSTOMER", "XX-OTHER"]}, "one only"),
        ({"partners": ["XX-BL"]}, "does not borrow"),
        ({"partners": ["XX-NOBODY"]}, "XX-NOBODY"),
        ({"asked_by": "pigeon"}, "portal"),
        ({"asked_on": "2026-03-03"}, "2026-03-03"),
        ({"asked_on": "monday"}, "asked_on"),
        ({"their_number": "x" * 101}, "100"),
        ({"their_number": "A\nB"}, "one line"),
        ({"account": "chemistry"}, "account"),
        ({"delivery": {"electronic": "nobody"}}, "nobody"),
        ({"item": {}}, "title"),
    ],
)
def test_what_is_wrong_is_named(small_world, change, named):
    with pytest.raises(LocalFault, match=named):
        lend.enter(
            small_world.store,
            small_world.app.context,
            lend.read(GOOD | {"partners": ["XX-CUSTOMER"]} | change),
            "clerk",
        )


def test_a_library_without_a_system_gets_letters_with_its_number(make_world, sqlite_url):
    town = configuration.partner(
        "XX-TOWN", "ill@town.example", name="Town Library", codec="letter", roles=["REQUESTER"]
    )
    world = make_world(sqlite_url, town)
    enter(world, "XX-TOWN", their_number="T-77", patron={"name": "Their Reader", "id": "T1"})
    world.act("L1", "ship", on=date(2026, 4, 1))
    world.days(40)
    world.act("L1", "recall")
    letters = [letter.text for letter in world.to("ill@town.example")]
    assert len(letters) >= 3, "shipped, overdue, recalled"
    assert all("T-77" in text for text in letters)
    assert world.state("L1") == "RECALL"
    assert world.verify().differences == ()


@pytest.mark.parametrize(
    "words", ["We have received AB 12/3.", "About your AB\n12/3: it is here.", "ab 12/3"]
)
def test_a_number_of_theirs_with_a_blank_is_found_in_their_letters(small_world, addresses, words):
    world = small_world
    enter(world, their_number="AB  12/3")
    sender = addresses["XX-CUSTOMER"]
    world.inject(world.letter(words, sender, "Hello"), sender)
    world.run()
    assert world.shelf() == {}
    assert [line.event for line in world.shown("L1").history].count("MESSAGE") == 1
