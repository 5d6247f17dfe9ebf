"""What `act L1` alone says of each act is what the act does: as a message, as a letter, or told to nobody."""

from datetime import date

import pytest

from mailproc.ill.actions import ANSWER, COST, DATE, LOCATION, NOTE, TO
from mailproc.mail.parse import parse
from mailproc.office.queries import possible_actions
from mailproc.office.queries.possible_actions import Choice
from mailproc.protocols.codec import Manner
from tests.support.partners import ADDRESS, CUSTOMER, USUAL

from .conftest import BORROWER, LENDER, MAIL, partner

LEAVES = {Manner.SEND: [True], Manner.NOTICE: [False], Manner.LOCAL: list[bool]()}
"""Is what leaves a message for a machine?"""
NAMED = {LOCATION: (LENDER,), NOTE: "soon", DATE: date(2026, 4, 1), COST: "12.50 EUR", TO: LENDER}
ANSWERS = {"hold", "conditional", "answer-retry", "locations", "estimate"}
"""What a system may not take, so that its people are told."""


def choices(world, number: str) -> tuple[Choice, ...]:
    with world.store.read() as connection:
        return possible_actions.choices(connection, number, world.app.context)


@pytest.mark.parametrize(("dialect", "unheard", "letters"), [
    ("", set(), set()),
    ("alma", {"will-supply"}, ANSWERS | {"forward", "overdue", "recall", "lost", "query"}),
])  # fmt: skip
def test_each_action_is_sent_as_announced(make_iso, dialect, unheard, letters):
    iso = make_iso(partner(LENDER), partner(BORROWER, dialect=dialect))
    iso.asks()
    offered = choices(iso, "L1")
    assert {one.action.name for one in offered if one.told is Manner.LOCAL} == {"close", "put-off"} | unheard
    assert {one.action.name for one in offered if one.told is Manner.NOTICE} == letters
    (overdue,) = (one for one in offered if one.action.name == "overdue")
    needed = () if "overdue" in letters else (DATE,)  # the message has a field for it that must be there
    assert overdue.needs == needed
    assert {one.action.name for one in offered} >= ANSWERS
    for count, one in enumerate(offered, 2):
        iso.asks(f"G{count}")
        iso.sent.clear()
        given = {option.field: NAMED[option] for option in one.needs if option is not ANSWER}
        outcome = iso.act(f"L{count}", one.action.name, **given, anyway=bool(one.against))
        assert outcome.after == one.becomes.name
        iso.run()
        left = [iso.codec.recognise(parse(one.raw)) for one in iso.sent if one.to == MAIL[BORROWER]]
        assert left == LEAVES[one.told], one


def test_a_loan_that_is_not_announced_sends_nothing(make_world, sqlite_url):
    quiet = USUAL.replace("receipts = false", "receipts = false\nship_loan = false")
    world = make_world(sqlite_url, quiet)
    world.ordered("TXC1-1 S LOAN\nA book of ours")
    (ship,) = [one for one in choices(world, "L1") if one.action.name == "ship"]
    assert ship.told is Manner.LOCAL
    assert "nothing is sent to XX-CUSTOMER" in map(str, world.act("L1", "ship").words)
    world.run()
    assert world.to(ADDRESS[CUSTOMER]) == []
