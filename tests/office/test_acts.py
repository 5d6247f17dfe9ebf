"""Every act of both roles: what it leads to, what it says, and that a trial changes nothing."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.ill.actions import OF_ROLE
from mailproc.ill.terms import Role
from tests.support.partners import partner_lines

DAY = date(2026, 4, 1)
ORDER = "TXC1-1 S LOAN\nA book of ours"
# A step is a report of the lender's ("SHIPPED LOAN"), an order of the borrower's (TX…), or an act.
WAY = {
    "asked": (),
    "shipped": ("SHIPPED LOAN",),
    "received": ("SHIPPED LOAN", ("receive", {})),
    "renewing": ("SHIPPED LOAN", ("receive", {}), ("renew", {})),
    "cancelling": (("cancel", {}),),
    "ordered": (),
    "conditional": (),
    "sent": (("ship", {}),),
    "overdue": (("ship", {}), ("overdue", {"anyway": True})),
    "lost": ("SHIPPED LOAN", ("lost", {})),
    "gone": (("ship", {}), ("lost", {})),
    "to stop": ("TXC1-1 CANCEL",),
}
BORROWING = [
    # way, act, its particulars, state, what the partner reads: a word, "people" (a letter), or nothing
    ("asked", "cancel", {}, "CANCEL_PENDING", "CANCEL"),
    ("asked", "receive", {}, "RECEIVED", ""),
    ("asked", "close", {}, "PENDING", ""),
    ("asked", "query", {}, "PENDING", "people"),
    ("asked", "message", {"note": "Please hurry"}, "PENDING", "people"),
    ("shipped", "receive", {"on": date(2026, 3, 1)}, "RECEIVED", ""),
    ("shipped", "return", {}, "RETURNED", ""),
    ("shipped", "lost", {}, "LOST", "people"),
    ("received", "return", {}, "RETURNED", ""),
    ("received", "renew", {"on": DAY}, "RENEW_PENDING", "people"),
    ("received", "lost", {}, "LOST", "people"),
    ("received", "damaged", {"reason": "water"}, "RECEIVED", "people"),
    ("received", "collected", {}, "RECEIVED", ""),
    ("received", "brought-back", {}, "RECEIVED", ""),
    ("lost", "found", {}, "LOST", "people"),
    ("renewing", "renew", {}, "RENEW_PENDING", "people"),
    ("cancelling", "cancel", {"repeat": True}, "CANCEL_PENDING", "CANCEL"),
    ("cancelling", "receive", {}, "RECEIVED", ""),
]
LENDING = [
    ("ordered", "will-supply", {"on": DAY}, "IN_PROCESS", "C1-1   USE O/D"),
    ("ordered", "hold", {"position": 3}, "IN_PROCESS", "C1-1   USE*3"),
    ("ordered", "hold", {}, "IN_PROCESS", "C1-1   USE O/D"),
    ("ordered", "answer-retry", {"reason": "at-bindery", "on": DAY}, "NOT_SUPPLIED", "C1-1   CAT*REAPPLY 5"),
    ("ordered", "unfilled", {"reason": "not-owned"}, "NOT_SUPPLIED", "C1-1   NOT"),
    ("ordered", "unfilled", {"reason": "not-found-as-cited"}, "NOT_SUPPLIED", "C1-1   CRF*CANNOT MATCH ITEM"),
    ("ordered", "unfilled", {"reason": "lacks-copyright-compliance"}, "NOT_SUPPLIED", "C1-1   RCOP"),
    ("ordered", "locations", {}, "NOT_SUPPLIED", "C1-1   DIRECT"),
    ("ordered", "ship", {"on": DAY}, "SHIPPED", "C1-1   SHIPPED LOAN"),
    ("ordered", "message", {"note": "Which volume?"}, "IN_PROCESS", "people"),
    ("ordered", "query", {}, "IN_PROCESS", "people"),
    ("sent", "damaged", {}, "SHIPPED", "people"),
    ("ordered", "close", {}, "IN_PROCESS", ""),
    ("ordered", "lost", {}, "LOST", "people"),
    ("ordered", "check-in", {}, "CHECKED_IN", ""),
    ("sent", "check-in", {}, "CHECKED_IN", ""),
    ("sent", "overdue", {}, "OVERDUE", "C1-1   DUE"),
    ("sent", "overdue", {"level": 3}, "OVERDUE", "C1-1   *FINAL DEMAND"),
    ("sent", "recall", {}, "RECALL", "people"),
    ("sent", "renew-reply", {"answer": True, "on": DAY}, "SHIPPED", "C1-1   RENEWED*01-04-2026"),
    ("sent", "lost", {}, "LOST", "people"),
    ("gone", "found", {}, "LOST", "people"),
    ("overdue", "renew-reply", {"answer": True, "on": DAY}, "SHIPPED", "C1-1   RENEWED*01-04-2026"),
    ("overdue", "overdue", {"level": 2}, "OVERDUE", "C1-1   DUE"),
    ("to stop", "cancel-reply", {"answer": True}, "CANCELLED", "C1-1   CANC"),
    ("to stop", "cancel-reply", {"answer": False}, "IN_PROCESS", "C1-1   NCANC"),
    ("to stop", "ship", {}, "SHIPPED", "C1-1   SHIPPED LOAN"),
    # ARTEmail has no word for these: its people read a letter
    ("ordered", "conditional", {"condition": "charges"}, "CONDITIONAL", "people"),
    ("ordered", "estimate", {"cost": "5 GBP"}, "NOT_SUPPLIED", "people"),
    ("ordered", "forward", {"to": "XX-SECOND"}, "FORWARD", "people"),
]


def go(world, number, way):
    for step in WAY[way]:
        if isinstance(step, tuple):
            world.act(number, step[0], **step[1])
        elif step.startswith("TX"):
            world.ordered(step)
        else:
            world.hear(f"{number}-1 {step}")


def check(world, number, case, partner):
    _, action, particulars, state, word = case
    before = world.dump()
    foreseen = world.foresee(number, action, **particulars)
    assert world.dump() == before
    world.sent.clear()
    done = world.act(number, action, **particulars)
    assert (foreseen.before, foreseen.after, foreseen.words) == (done.before, done.after, done.words)
    assert world.state(number) == done.after == state
    letters = world.to(partner)
    if not word:
        assert letters == []
        return
    (letter,) = letters
    if word == "people":
        assert "REPLIES" not in letter.text and "NNNN" not in letter.text
    else:
        assert word in letter.text


@pytest.mark.parametrize("case", BORROWING, ids=lambda case: f"{case[0]}-{case[1]}")
def test_borrowing(small_world, case, addresses):
    number = small_world.place()
    go(small_world, number, case[0])
    check(small_world, number, case, addresses["XX-BL"])


@pytest.mark.parametrize("case", LENDING, ids=lambda case: f"{case[0]}-{case[1]}")
def test_lending(small_world, case, addresses):
    small_world.ordered(ORDER)
    go(small_world, "L1", case[0])
    check(small_world, "L1", case, addresses["XX-CUSTOMER"])


# Particulars that are missing, or that the state does not allow.
REFUSED = [
    ("B1", "return", {}),
    ("B1", "renew", {}),
    ("B1", "lost", {}),
    ("B1", "answer-condition", {"answer": True}),
    ("B1", "answer-condition", {}),
    ("B1", "message", {}),
    ("B1", "ship", {}),
    ("B1", "dance", {}),
    ("B1", "undo", {}),
    ("B1", "cancel", {"heard_by": "phone"}),
    ("B1", "ship", {"heard_by": "smoke"}),
    ("B1", "close", {"heard_by": "phone"}),
    ("L1", "renew-reply", {"answer": True}),
    ("L1", "cancel-reply", {"answer": True}),
    ("L1", "cancel-reply", {}),
    ("L1", "answer-retry", {}),
    ("L1", "unfilled", {"reason": "moths"}),
    ("L1", "recall-it", {}),
    ("B9", "cancel", {}),
    ("B1-7", "cancel", {}),
]


@pytest.mark.parametrize(("number", "action", "particulars"), REFUSED)
def test_a_refused_act_changes_nothing(small_world, number, action, particulars):
    small_world.place()
    small_world.ordered(ORDER)
    before = small_world.dump()
    for way in (small_world.foresee, small_world.act):
        with pytest.raises(LocalFault) as refused:
            way(number, action, **particulars)
        assert str(refused.value).endswith(".")
    assert small_world.dump() == before


def test_every_action_is_tried_here():
    elsewhere = {"undo", "put-off", "show-again"}  # test_undo.py, test_putting_off.py
    borrowing = {case[1] for case in BORROWING} | {"answer-condition"} | elsewhere
    lending = {case[1] for case in LENDING} | elsewhere
    assert borrowing == set(OF_ROLE[Role.REQUESTER])
    assert lending == set(OF_ROLE[Role.RESPONDER])


def test_a_refusal_names_what_is_possible(small_world):
    small_world.place()
    with pytest.raises(LocalFault) as refused:
        small_world.act("B1", "return")
    assert {"cancel", "receive", "close"} <= set(refused.value.possible)


def test_a_story_on_both_databases(world):
    """Borrowed, renewed, sent back; lent and back again."""
    number = world.place(title="Cartography of vanished rivers")
    world.hear(f"{number}-1 USE*4")
    assert world.shown(number).line.promise == {"what": "HOLD_PLACED", "position": 4}
    world.hear(f"{number}-1 SHIPPED LOAN")
    assert world.shown(number).line.promise is None
    world.act(number, "receive")
    assert world.shown(number).line.due == date(2026, 4, 13)
    world.act(number, "renew")
    world.hear(f"{number}-1 RENEWED*16-09-2026")
    assert (world.state(number), world.shown(number).line.due) == ("RECEIVED", date(2026, 9, 16))
    world.hear(f"{number}-1 DUE")
    world.act(number, "return")
    assert world.shown(number).line.outcome == "filled"

    world.ordered(ORDER)
    world.act("L1", "ship")
    world.act("L1", "overdue")
    world.act("L1", "check-in")
    assert world.shown("L1").line.outcome == "filled"
    assert world.verify().checked == 2


def test_the_reader_is_told_once_that_it_has_come(small_world):
    small_world.place()
    small_world.act("B1", "receive")
    (letter,) = small_world.reader()
    assert "A book" in letter.text


def test_service_times_are_strictly_increasing(small_world):
    small_world.ordered(ORDER)
    for number in range(4):
        small_world.act("L1", "hold", position=number + 1, run=False)  # all in one second
    small_world.now = small_world.now.replace(hour=8)  # a clock that was put back
    small_world.act("L1", "ship")
    times = [row["body"].apdu["sent_at"] for row in small_world.rows("intent") if row["kind"] == "apdu"]
    assert len(times) == 5
    assert times == sorted(set(times))
    assert small_world.transaction("L1")["last_service_at"] == times[-1]


def test_a_mark_acts_once(world):
    world.place()
    first = world.act("B1", "cancel", once="click-1")
    before = world.dump()
    again = world.act("B1", "cancel", once="click-1")
    assert again.event_id == first.event_id
    assert world.dump() == before
    world.act("B1", "cancel", repeat=True, once="click-2")
    assert world.events("B1").count("cancel") == 2


def test_older_letters_come_before_an_act(small_world, addresses):
    """A letter read but not yet acted upon is older than what staff do now."""
    small_world.place()
    small_world.hear("B1-1 SHIPPED LOAN", run=False)
    from mailproc.flow.intake import station as intake

    intake.run(small_world.app.store, small_world.app.context)
    with pytest.raises(LocalFault):
        small_world.act("B1", "cancel")  # it is on its way
    small_world.act("B1", "return")
    assert small_world.events("B1") == ["request", "SHIPPED", "return"]


@pytest.mark.parametrize(("action", "asked"), [("renew-reply", "renew"), ("cancel-reply", "cancel")])
def test_a_no_to_what_was_asked_beside_the_mail_is_shown_its_way(small_world, action, asked):
    small_world.ordered(ORDER)
    if asked == "renew":
        small_world.act("L1", "ship")
    with pytest.raises(LocalFault) as refused:
        small_world.act("L1", action, answer=False)
    assert action not in refused.value.possible
    way = f"{asked} --heard-by post (or phone), if they asked for it, and then {action}"
    assert way == str(refused.value.possible[-1])
    small_world.act("L1", asked, heard_by="post")
    small_world.act("L1", action, answer=False)
    assert small_world.state("L1") == ("SHIPPED" if asked == "renew" else "IN_PROCESS")


def test_the_answer_to_a_condition_that_they_told_by_telephone_goes_to_their_people(small_world, addresses):
    small_world.place()
    small_world.act("B1", "conditional", heard_by="phone", condition="charges")
    small_world.act("B1", "answer-condition", answer=True)
    assert "we agree to your condition" in small_world.to(addresses["XX-BL"])[-1].text


def test_an_answer_that_the_partner_cannot_be_told_is_shown_no_way(make_world, sqlite_url):
    forbidden = '[partner.manner]\nconditional_reply = "REFUSE"'
    world = make_world(sqlite_url, partner_lines("XX-BL", ["RESPONDER"], "out", more=forbidden))
    world.place()
    with pytest.raises(LocalFault) as refused:
        world.act("B1", "answer-condition", answer=False)
    assert not any("--heard-by" in str(one) for one in refused.value.possible)


def test_of_two_answers_the_one_that_is_possible_is_named(small_world):
    small_world.ordered(ORDER)
    small_world.act("L1", "ship")
    with pytest.raises(LocalFault, match=r"^renew-reply --answer no is not possible") as refused:
        small_world.act("L1", "renew-reply", answer=False)
    assert "renew-reply --answer yes" in refused.value.possible


def test_an_act_of_the_other_side_is_shown_its_way(small_world):
    small_world.place()
    with pytest.raises(LocalFault, match="mailproc act B1 ship --heard-by mail"):
        small_world.act("B1", "ship")
    with pytest.raises(LocalFault, match="leave out --heard-by"):
        small_world.act("B1", "cancel", heard_by="mail")
