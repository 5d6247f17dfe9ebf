"""What a partner told by telephone, post or portal: it counts as heard, and nothing is sent."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.store import events

ORDER = "TXC1-1 S LOAN\nA book of ours"
DAY = date(2026, 4, 1)

# By our role: the state that is reached first, what the other side told, where it leads.
TOLD = [
    ("B1", (), "will-supply", {}, "PENDING"),
    ("B1", (), "hold", {"position": 2}, "PENDING"),
    ("B1", (), "conditional", {"reason": "charges"}, "CONDITIONAL"),
    ("B1", (), "answer-retry", {"reason": "at-bindery", "on": DAY}, "NOT_SUPPLIED"),
    ("B1", (), "unfilled", {"reason": "not-owned"}, "NOT_SUPPLIED"),
    ("B1", (), "locations", {}, "NOT_SUPPLIED"),
    ("B1", (), "estimate", {}, "NOT_SUPPLIED"),
    ("B1", (), "forward", {}, "PENDING"),
    ("B1", (), "ship", {"on": DAY}, "SHIPPED"),
    ("B1", (), "check-in", {}, "RETURNED"),
    ("B1", ("cancel",), "cancel-reply", {"answer": True}, "CANCELLED"),
    ("B1", ("cancel",), "cancel-reply", {"answer": False}, "PENDING"),
    ("B1", ("receive",), "renew-reply", {"answer": True, "on": DAY}, "RECEIVED"),
    ("B1", ("receive", "renew"), "renew-reply", {"answer": False}, "RECEIVED"),
    ("B1", ("receive",), "overdue", {"on": date(2026, 5, 1)}, "OVERDUE"),
    ("B1", ("receive",), "recall", {}, "RECALL"),
    ("B1", ("receive",), "lost", {}, "LOST"),
    ("B1", ("receive",), "damaged", {}, "RECEIVED"),
    ("B1", (), "message", {"note": "soon"}, "PENDING"),
    ("B1", (), "query", {}, "PENDING"),
    ("L1", (), "cancel", {}, "CANCEL_PENDING"),
    ("L1", ("ship",), "cancel", {}, "SHIPPED"),
    ("L1", (("unfilled", {"reason": "lost"}),), "cancel", {}, "NOT_SUPPLIED"),
    ("L1", ("ship",), "receive", {}, "SHIPPED"),
    ("L1", ("ship",), "return", {}, "SHIPPED"),
    ("L1", ("ship",), "renew", {}, "RENEW_PENDING"),
    ("L1", ("ship", "recall"), "renew", {}, "RECALL"),
    ("L1", ("ship",), "lost", {}, "LOST"),
    ("L1", ("ship",), "damaged", {}, "SHIPPED"),
    ("L1", (), "answer-condition", {"answer": True}, "IN_PROCESS"),
    ("L1", (), "answer-condition", {"answer": False}, "NOT_SUPPLIED"),
    ("L1", (), "message", {"note": "please"}, "IN_PROCESS"),
    ("L1", (), "query", {}, "IN_PROCESS"),
]


@pytest.mark.parametrize(
    "case",
    TOLD,
    ids=lambda case: "-".join(
        [case[0], *(way if isinstance(way, str) else way[0] for way in case[1]), case[2]]
    ),
)
def test_heard(small_world, case, addresses):
    number, way, action, more, state = case
    small_world.place()
    small_world.ordered(ORDER)
    for act in way:
        action_before, particulars = act if isinstance(act, tuple) else (act, {})
        small_world.act(number, action_before, **particulars)
    small_world.sent.clear()
    before = small_world.dump()
    small_world.foresee(number, action, heard_by="phone", **more)
    assert small_world.dump() == before
    small_world.act(number, action, heard_by="phone", by="clerk", **more)
    assert small_world.state(number) == state
    partner = addresses["XX-BL" if number == "B1" else "XX-CUSTOMER"]
    assert small_world.to(partner) == []
    last = small_world.shown(number).history[-1]
    assert last.cause == {"kind": "staff", "id": "clerk", "heard_by": "phone"}
    assert last.event.isupper() or "." in last.event


def test_what_cannot_have_been_is_refused(small_world):
    """A copy is not overdue: whoever typed it is told, and no report goes out."""
    small_world.place(service="COPY")
    before = small_world.dump()
    with pytest.raises(LocalFault):
        small_world.act("B1", "overdue", heard_by="phone")
    assert small_world.dump() == before


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("will-supply", {}),
        ("conditional", {"reason": "charges"}),
        ("unfilled", {"reason": "not-found-as-cited"}),
        ("damaged", {}),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_what_was_recorded_on_a_wrong_number_is_undone(small_world, action, more):
    small_world.place()
    if action == "damaged":
        small_world.hear("B1-1 SHIPPED LOAN")
    before, kept = small_world.transaction("B1"), ("state", "state_before", "promise", "attention", "options")
    small_world.act("B1", action, heard_by="phone", **more)
    small_world.act("B1", "undo")
    after = small_world.transaction("B1")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    with small_world.app.store.read() as connection:
        assert events.last_of(connection, after["id"], ("ILL_ANSWER", "DAMAGED")) is None, "never said"
    assert small_world.verify().differences == ()


def test_what_another_library_was_asked_for_cannot_be_undone(small_world):
    small_world.place("XX-BL", "XX-SECOND")
    small_world.act("B1", "unfilled", reason="not-owned", heard_by="post")
    with pytest.raises(LocalFault, match="record what is true"):
        small_world.act("B1-1", "undo")


def test_nor_can_a_forwarding_by_which_another_library_answers(small_world):
    small_world.place()
    small_world.act("B1", "forward", heard_by="post")
    with pytest.raises(LocalFault, match="record what is true"):
        small_world.act("B1", "undo")


def test_a_shipment_recorded_on_a_wrong_number_can_be_undone(small_world):
    """True is that nothing was sent; the lender's own Shipped may still come."""
    small_world.place()
    before = small_world.transaction("B1")
    kept = ("state", "state_before", "due_on", "service", "promise", "attention", "options")
    small_world.act("B1", "ship", heard_by="post", on=date(2026, 2, 20))
    assert small_world.attention("B1") == ("due-passed",)
    told = small_world.act("B1", "undo")
    assert str(told.words[0]) == "taken back: sent it"
    after = small_world.transaction("B1")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    small_world.hear("B1-1 SHIPPED LOAN")
    assert small_world.state("B1") == "SHIPPED"
    with pytest.raises(LocalFault):
        small_world.act("B1", "undo")
    assert small_world.verify().differences == ()


def test_not_held_by_phone_goes_on_to_the_next(small_world, addresses):
    small_world.place("XX-BL", "XX-SECOND")
    small_world.act("B1", "unfilled", reason="not-owned", heard_by="portal")
    assert small_world.shown("B1").line.partner == "XX-SECOND"
    assert len(small_world.to(addresses["XX-SECOND"])) == 1


def test_who_recorded_it_needs_no_letter_about_it(small_world):
    """The answer on the screen says that attention is needed, the lists keep it, and staff get no letter."""
    small_world.place()
    done = small_world.act("B1", "unfilled", reason="not-found-as-cited", heard_by="phone")
    assert "needs attention: they cannot match what we cited: correct it, or say how to go on" in map(
        str, done.words
    )
    assert small_world.attention("B1") == ("ask-cannot-match",)
    assert small_world.notices() == []
    small_world.place()
    small_world.hear("B2-1 CRF*CANNOT MATCH ITEM")  # by letter nobody has seen it yet
    assert len(small_world.notices()) == 1


def test_what_follows_is_said_in_words(small_world):
    small_world.place()
    assert tuple(map(str, small_world.foresee("B1", "cancel").words)) == (
        "a message to XX-BL at orders@bl.example: we no longer need it",
    )
    asked = tuple(map(str, small_world.foresee("B1", "query").words))
    assert asked == ("a letter to the people of XX-BL at orders@bl.example: we ask how it stands",)
    nothing = "nothing is sent to XX-BL"  # ARTEmail has no word for it
    assumed = (
        "due 2026-04-13: assumed, for the lender named no date; `mailproc amend {} --due DAY` corrects it"
    )
    assert tuple(map(str, small_world.foresee("B1", "receive").words)) == (
        nothing,
        "a letter to the reader: it is here",
        assumed.format("B1"),
    )
    small_world.place(patron={"id": "R2", "name": "No Mail"})
    assert tuple(map(str, small_world.foresee("B2", "receive").words)) == (
        nothing,
        "a letter to print for the reader: it is here",
        assumed.format("B2"),
    )
