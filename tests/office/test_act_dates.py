"""Which day an act may name: of what was done, none to come; of what is asked or promised, as it is meant."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from mailproc.errors import LocalFault
from mailproc.ill.actions import ACTIONS, DATE
from mailproc.office.requests import lend

ORDER = "TXC1-1 S LOAN\nA book of ours"


class Case(NamedTuple):
    """``before``: acts until it is possible. ``done``: its day is that of the deed; ``ahead``: is to come."""

    number: str
    before: tuple[str, ...] = ()
    more: Mapping[str, Any] = MappingProxyType({})
    done: bool = False
    ahead: bool = False


DATED = {
    "receive": Case("B1", done=True),
    "return": Case("B1", ("receive",), done=True),
    "renew": Case("B1", ("receive",), ahead=True),
    "ship": Case("L1"),
    "will-supply": Case("L1", ahead=True),
    "hold": Case("L1", ahead=True),
    "conditional": Case("B1", more={"condition": "charges", "heard_by": "phone"}),
    "answer-retry": Case("L1", more={"reason": "at-bindery"}, ahead=True),
    "check-in": Case("L1", ("ship",), done=True),
    "renew-reply": Case("L1", ("ship",), more={"answer": True}),
    "overdue": Case("L1", ("ship",), more={"anyway": True}),
    "recall": Case("L1", ("ship",), ahead=True),
}


def test_every_act_that_takes_a_day_is_tried_here():
    elsewhere = {"put-off"}  # test_putting_off.py: of what needs attention alone, up to a day of its own
    assert set(DATED) | elsewhere == {action.name for action in ACTIONS if DATE in action.takes}


@pytest.mark.parametrize("action", DATED)
def test_a_day(small_world, action):
    case = DATED[action]
    small_world.place()
    small_world.ordered(ORDER)
    for act in case.before:
        small_world.act(case.number, act)
    small_world.days(2)
    today = small_world.app.context.today()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    for day, refused in ((yesterday, case.ahead), (today, False), (tomorrow, case.done)):
        before = small_world.dump()
        for way in (small_world.foresee, small_world.act) if refused else (small_world.foresee,):
            if not refused:
                assert way(case.number, action, on=day, **case.more).after
                continue
            with pytest.raises(LocalFault) as told:
                way(case.number, action, on=day, **case.more)
            assert str(day) in str(told.value)
            assert (f"today is {today}" in str(told.value)) is case.done
        assert small_world.dump() == before


@pytest.mark.parametrize(("number", "before", "action"), [
    ("B1", ("receive", "return"), "check-in"), ("L1", ("ship",), "receive"), ("L1", ("ship",), "return"),
])  # fmt: skip
def test_what_a_partner_told_by_telephone_has_happened_too(small_world, number, before, action):
    small_world.place()
    small_world.ordered(ORDER)
    for act in before:
        small_world.act(number, act)
    small_world.days(2)
    tomorrow = small_world.app.context.today() + timedelta(days=1)
    with pytest.raises(LocalFault, match="is still to come"):
        small_world.act(number, action, heard_by="phone", on=tomorrow)
    assert small_world.act(number, action, heard_by="phone", on=tomorrow - timedelta(days=1)).after


@pytest.mark.parametrize(("at", "today"), [
    (datetime(2026, 7, 1, 21, 30, tzinfo=UTC), date(2026, 7, 1)),
    (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), date(2026, 7, 2)),
])  # fmt: skip
def test_today_is_that_of_the_library(make_world, sqlite_url, at, today):
    world = make_world(sqlite_url)
    library = world.app.config.library.model_copy(update={"time_zone": "Europe/Berlin"})
    config = world.app.config.model_copy(update={"library": library})
    object.__setattr__(world.app.context, "config", config)
    world.place()
    world.now = at
    with pytest.raises(LocalFault, match=f"today is {today}"):
        world.act("B1", "receive", on=today + timedelta(days=1))
    assert world.act("B1", "receive", on=today).after == "RECEIVED"


def test_a_loan_without_a_date_counts_from_the_day_on_which_it_came(small_world):
    """And not from the day on which staff say so."""
    today = small_world.app.context.today()
    for number, days in (("B1", 0), ("B2", 2), ("B3", None)):
        small_world.place()
        came = None if days is None else today - timedelta(days=days)
        small_world.act(number, "receive", on=came)
        due = (came or today) + timedelta(days=small_world.app.config.policy.loan_days)
        assert small_world.rows("transactions")[-1]["due_on"] == due


@pytest.mark.parametrize(("number", "before", "action", "says"), [
    ("B1", ("receive",), "return", "the day on which it came"),
    ("L1", ("ship",), "check-in", "cannot be right"),
])  # fmt: skip
def test_nothing_goes_back_before_it_came(small_world, number, before, action, says):
    small_world.place()
    small_world.ordered(ORDER)
    for act in before:
        small_world.act(number, act)
    stored = small_world.dump()
    with pytest.raises(LocalFault, match=says):
        small_world.act(number, action, on=small_world.app.context.today() - timedelta(days=1))
    assert small_world.dump() == stored


@pytest.mark.parametrize(
    ("action", "heard_by"), [("check-in", ""), ("return", "phone"), ("receive", "phone")]
)
@pytest.mark.parametrize("asked_on", [None, date(2026, 2, 10)])
def test_nothing_comes_back_before_we_sent_it(small_world, action, heard_by, asked_on):
    """Unless staff entered late what had been asked, and perhaps sent, before."""
    order = {"as": "lender", "service": "LOAN", "item": {"title": "A book of ours"}}
    asked = {"asked_on": asked_on.isoformat()} if asked_on else {}
    wanted = lend.read(order | asked, ["XX-CUSTOMER"])
    lend.enter(small_world.store, small_world.app.context, wanted, "clerk")
    small_world.later(days=2)
    small_world.act("L1", "ship")
    first = asked_on or small_world.app.context.today()
    stored = small_world.dump()
    with pytest.raises(LocalFault, match="the day on which it left"):
        small_world.act("L1", action, heard_by=heard_by, on=first - timedelta(days=1))
    assert small_world.dump() == stored
    small_world.later(days=1)
    small_world.act("L1", "ship", repeat=True)
    assert small_world.foresee("L1", action, heard_by=heard_by, on=first).after
