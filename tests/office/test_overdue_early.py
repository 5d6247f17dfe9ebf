"""A lender's staff demand a loan before its day: a slip, or the borrower is told something untrue."""

from datetime import timedelta

import pytest

from mailproc.errors import LocalFault

ORDER = "TXC1-1 S LOAN\nA book of ours"


def lent(world):
    world.ordered(ORDER)
    world.act("L1", "ship", on=world.app.context.today() + timedelta(days=10))


@pytest.mark.parametrize("days", [0, 9, 10])
def test_it_is_refused_until_its_day_is_over(small_world, days):
    lent(small_world)
    small_world.days(days)
    before = small_world.dump()
    with pytest.raises(LocalFault, match="overdue only after that day"):
        small_world.act("L1", "overdue")
    assert small_world.dump() == before


def test_staff_may_insist(small_world):
    lent(small_world)
    small_world.act("L1", "overdue", anyway=True)
    assert small_world.state("L1") == "OVERDUE"


def test_after_its_day_it_is_demanded(small_world):
    lent(small_world)
    small_world.days(10)
    small_world.later(days=1)
    small_world.act("L1", "overdue")
    assert small_world.state("L1") == "OVERDUE"


def test_a_recall_changes_no_due_date(small_world):
    lent(small_world)
    small_world.act("L1", "recall")
    with pytest.raises(LocalFault, match="overdue only after that day"):
        small_world.act("L1", "overdue")
