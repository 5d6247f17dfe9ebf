"""``--repeat``: the same letter once more, with the time of the first."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from tests.flow.test_clock import kinds

ORDER = "TXC1-1 S LOAN\nA book of ours"
DAY = date(2026, 4, 1)


def said(world, kind):
    apdus = [row["body"].apdu for row in world.rows("intent") if row["kind"] == "apdu"]
    return [apdu for apdu in apdus if apdu["type"] == kind]


@pytest.mark.parametrize(
    ("action", "more", "kind"),
    [
        ("ship", {}, "SHIPPED"),
        ("hold", {"position": 4}, "ILL_ANSWER"),
        ("unfilled", {"reason": "not-found-as-cited"}, "ILL_ANSWER"),
        ("overdue", {}, "OVERDUE"),
    ],
)
def test_the_same_letter_with_the_first_ones_time(small_world, addresses, action, more, kind):
    small_world.ordered(ORDER)
    small_world.act("L1", action, **more)
    state = small_world.state("L1")
    small_world.later(days=2)
    small_world.act("L1", action, repeat=True)
    first, second = said(small_world, kind)
    assert second["original_sent_at"] == first["sent_at"] != second["sent_at"]
    times = {"sent_at": "", "original_sent_at": ""}
    assert second | times == first | times
    assert small_world.state("L1") == state
    small_world.later(days=1)
    small_world.act("L1", action, repeat=True)
    assert said(small_world, kind)[2]["original_sent_at"] == first["sent_at"]
    assert len(small_world.to(addresses["XX-CUSTOMER"])) == 3


def test_a_cancel_is_repeated(small_world, addresses):
    small_world.place()
    small_world.act("B1", "cancel")
    small_world.later(days=1)
    small_world.act("B1", "cancel", repeat=True)
    first, second = said(small_world, "CANCEL")
    assert second["original_sent_at"] == first["sent_at"]
    assert len(small_world.to(addresses["XX-BL"])) == 3


def test_only_while_the_state_it_led_to_lasts(small_world):
    small_world.ordered(ORDER)
    small_world.act("L1", "ship")
    small_world.act("L1", "recall")
    before = small_world.dump()
    with pytest.raises(LocalFault):
        small_world.act("L1", "ship", repeat=True)
    assert small_world.dump() == before


def test_what_was_never_said_is_not_repeated(small_world):
    small_world.place()
    before = small_world.dump()
    for action in ("cancel", "receive", "close"):
        with pytest.raises(LocalFault):
            small_world.act("B1", action, repeat=True)
    with pytest.raises(LocalFault):
        small_world.act("B1", "ship", repeat=True, heard_by="phone")
    assert small_world.dump() == before


def test_a_repeated_recall_names_the_same_day(small_world):
    small_world.ordered("TXC1-1 S LOAN\nA title")
    small_world.act("L1", "ship", on=date(2026, 5, 1))
    small_world.act("L1", "recall", on=date(2026, 4, 1))
    small_world.act("L1", "recall", repeat=True)
    assert small_world.rows("event")[-1]["facts"]["wanted_by"] == "2026-04-01"
    assert kinds(small_world, "L1") == {"LOAN_RECALLED": date(2026, 4, 2)}
