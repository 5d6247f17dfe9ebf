"""A library that could not supply an order does not get the very same one again, unless staff insist."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.queries import request_details
from mailproc.office.requests import amend, corrections


def again(world, item=None, anyway=False, dry_run=False, **rest):
    wanted = corrections.read(rest | ({"item": item} if item else {}))
    done = amend.amend(
        world.store, world.app.context, "B1", wanted, again=True, anyway=anyway, by="clerk", dry_run=dry_run
    )
    world.run()
    return done


@pytest.fixture
def unfilled(small_world):
    small_world.place()
    small_world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    return small_world


def test_the_same_order_is_not_sent(unfilled):
    before = unfilled.dump()
    for dry_run in (True, False):
        with pytest.raises(LocalFault, match="the very order that it could not supply") as refused:
            again(unfilled, dry_run=dry_run)
        assert "mailproc amend B1 --again --anyway" in refused.value.possible
    assert unfilled.dump() == before


def test_what_its_protocol_does_not_carry_makes_no_other_order(unfilled):
    before = unfilled.dump()
    with pytest.raises(LocalFault, match="could not supply"):
        again(unfilled, item={"series": "Mud 7"}, need_before="2026-12-01")
    assert unfilled.dump() == before


def test_a_corrected_order_is(unfilled):
    assert again(unfilled, item={"author": "Rolt"}).attempt == 2


def test_what_was_corrected_before_counts(unfilled):
    wanted = corrections.read({"item": {"author": "Rolt"}})
    amend.amend(unfilled.store, unfilled.app.context, "B1", wanted)
    assert again(unfilled).attempt == 2


def test_staff_may_insist(unfilled):
    assert again(unfilled, anyway=True).attempt == 2


def test_it_is_said_again_of_each_attempt(unfilled):
    again(unfilled, anyway=True)
    unfilled.hear("B1-2 CRF*CANNOT MATCH ITEM")
    with pytest.raises(LocalFault, match="could not supply"):
        again(unfilled)


@pytest.mark.parametrize("answer", ["CAT*REAPPLY 4", "CANC"])
def test_after_another_answer_the_same_order_makes_sense(small_world, answer):
    small_world.place()
    if answer == "CANC":
        small_world.act("B1", "cancel")
    small_world.hear(f"B1-1 {answer}")
    assert again(small_world).attempt == 2


def test_a_wish_that_the_format_does_not_carry_is_named(small_world):
    small_world.place()
    small_world.hear("B1-1 *TOTAL LIBRARY MAX COST 41.50")
    assert small_world.attention("B1") == ("ask-cost",)
    with pytest.raises(LocalFault, match="carries no --max-cost") as refused:
        again(small_world, max_cost={"amount": "40", "currency": "GBP"})
    assert refused.value.possible[0] == "mailproc act B1 message --note TEXT"
    with small_world.store.read() as connection:
        shown = request_details.shown(connection, "B1", small_world.app.context)
    assert shown.ways[0].command == "mailproc act B1 message --note TEXT"
