"""No option that staff give is dropped in silence: it is refused, told, or said not to be told."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.ill.actions import ACTIONS, OPTIONS
from mailproc.ill.terms import Role

DAY = date(2026, 4, 20)
ORDER = "TXC1-1 S LOAN\nA book of ours"
GIVEN = {
    "on": DAY, "reason": "lost", "condition": "charges", "answer": False, "position": 3, "level": 2,
    "service": "LOAN", "cost": "25.00 GBP", "via": "courier", "to": "XX-BL", "locations": ("XX-BL",),
    "quiet": True, "wrong": True, "partial": True, "attach": ("a.pdf",), "barcode": "300123",
}  # fmt: skip
USELESS = [(action, one) for action in ACTIONS for one in OPTIONS if one not in action.takes]


def test_every_option_is_tried_here():
    assert {option.field for option in OPTIONS} == set(GIVEN) | {"note"}


def test_an_option_that_the_act_has_no_use_for_is_refused(small_world):
    small_world.place()
    small_world.ordered(ORDER)
    before = small_world.dump()
    for action, option in USELESS:
        number = "L1" if action.role is Role.RESPONDER else "B1"
        for way in (small_world.foresee, small_world.act):
            with pytest.raises(LocalFault) as refused:
                way(number, action.name, note="a word", **{option.field: GIVEN[option.field]})
            assert f"{action.name} has no use for {option}." in str(refused.value)
    assert small_world.dump() == before


@pytest.mark.parametrize(
    ("action", "more", "why"),
    [
        ("conditional", {"condition": "charges", "reason": "other"}, "needs one --condition"),
    ],
)
def test_a_condition_is_one(small_world, action, more, why):
    small_world.ordered(ORDER)
    before = small_world.dump()
    with pytest.raises(LocalFault, match=why):
        small_world.act("L1", action, **more)
    assert small_world.dump() == before


LOST = [  # an act of a lender by ARTEmail, its options, what the customer is not told of them
    ("will-supply", {"on": DAY, "note": "soon"}, "--note; --date"),
    ("will-supply", {}, ""),
    ("hold", {"position": 3}, ""),
    ("unfilled", {"reason": "not-owned", "note": "sorry"}, "--note"),
    ("unfilled", {"reason": "not-found-as-cited"}, ""),
    ("unfilled", {"reason": "at-bindery"}, "--reason"),
    ("answer-retry", {"reason": "at-bindery", "on": DAY}, "--reason"),
    ("locations", {"locations": ("XX-BL",)}, "--location"),
    ("ship", {"on": DAY, "note": "with its map", "cost": "5 GBP"}, "--note; --date; --cost"),
    ("ship", {}, ""),
    ("message", {"note": "Which volume?"}, ""),  # a letter to people says all
]


@pytest.mark.parametrize(("action", "more", "lost"), LOST)
def test_what_the_protocol_has_no_place_for_is_named(small_world, action, more, lost):
    small_world.ordered(ORDER)
    said = [f"not sent to XX-CUSTOMER, whose protocol has no field for it: {lost}"] if lost else []
    for way in (small_world.foresee, small_world.act):
        words = tuple(map(str, way("L1", action, **more).words))
        assert [word for word in words if "not sent to" in word] == said


@pytest.mark.parametrize(
    ("action", "more", "means"),
    [
        ("unfilled", {"reason": "in-use-on-loan"}, "they do not own it"),
        ("unfilled", {}, "they do not own it"),
        ("unfilled", {"reason": "not-owned"}, ""),
        ("unfilled", {"reason": "not-found-as-cited"}, ""),
        ("answer-retry", {"reason": "in-use-on-loan", "on": DAY}, ""),
    ],
)
def test_a_code_that_names_another_reason_is_said(small_world, action, more, means):
    small_world.ordered(ORDER)
    for way in (small_world.foresee, small_world.act):
        said = [str(word) for word in way("L1", action, **more).words if "will read" in str(word)]
        assert bool(said) == bool(means)
        assert all(means in one and "answer-retry --date DAY" in one for one in said)


def test_a_day_for_a_renewal_is_told(small_world):
    small_world.ordered(ORDER)
    small_world.act("L1", "ship")
    assert not any(
        "not sent to" in word
        for word in map(str, small_world.act("L1", "renew-reply", answer=True, on=DAY).words)
    )
    words = tuple(map(str, small_world.act("L1", "overdue", on=date(2026, 3, 1)).words))
    assert "not sent to XX-CUSTOMER, whose protocol has no field for it: --date" in words


def test_why_it_was_closed_stands_in_the_history(small_world):
    small_world.place()
    small_world.act("B1", "close", note="the reader has left")
    assert small_world.shown("B1").history[-1].note == "the reader has left"
    assert small_world.verify().checked == 1


@pytest.mark.parametrize(("number", "action"), [("B1", "receive"), ("L1", "check-in")])
def test_an_act_of_which_nobody_is_told_says_so(small_world, number, action):
    small_world.place()
    small_world.ordered(ORDER)
    partner = "XX-BL" if number == "B1" else "XX-CUSTOMER"
    small_world.sent.clear()
    assert f"nothing is sent to {partner}" in map(str, small_world.foresee(number, action).words)
    assert f"nothing is sent to {partner}" in map(str, small_world.act(number, action).words)
    assert small_world.to("orders@bl.example") == small_world.to("ill@customer.example") == []


def said_of(outcome, *codes):
    return [one.code for one in outcome.words if getattr(one, "code", "") in codes]


def test_a_loan_whose_due_date_cannot_be_carried_says_so(small_world):
    small_world.ordered(ORDER)
    for way in (small_world.foresee, small_world.act):
        assert said_of(way("L1", "ship"), "due-not-carried") == ["due-not-carried"]
    assert small_world.transaction("L1")["due_on"] is None


def test_a_loan_that_we_lend_until_a_day_says_the_day(small_world):
    small_world.ordered(ORDER)
    assert said_of(small_world.act("L1", "ship", on=DAY), "due-not-carried", "due-back") == ["due-back"]


def test_an_assumed_due_date_is_said(small_world):
    """The lender named none: staff hear it when they record that it was sent, and when it comes."""
    codes = ("due-not-named", "due-assumed", "due-back")
    small_world.place()
    assert said_of(small_world.act("B1", "ship", heard_by="mail"), *codes) == ["due-not-named"]
    came = small_world.act("B1", "receive")
    assert said_of(came, *codes) == ["due-assumed"]
    due = next(one for one in came.words if getattr(one, "code", "") == "due-assumed").values["day"]
    assert due == small_world.transaction("B1")["due_on"]


def test_a_due_date_that_the_lender_named_is_not_called_assumed(small_world):
    codes = ("due-not-named", "due-assumed")
    small_world.place()
    assert said_of(small_world.act("B1", "ship", heard_by="mail", on=DAY), *codes) == []
    assert said_of(small_world.act("B1", "receive"), *codes) == []
