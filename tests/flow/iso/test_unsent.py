"""An act while a word of ours has not left yet."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.office.mailroom import attaching
from mailproc.office.queries import request_details

LENDER = "XX-LENDER"


@pytest.fixture
def taken_back(iso):
    """It came before its order left, so nobody knows of the order."""
    iso.place(LENDER, run=False)
    iso.act("B1", "receive")
    return iso


def test_no_message_of_an_order_that_nobody_had(taken_back):
    assert taken_back.said(LENDER) == []


@pytest.mark.parametrize(
    ("acts", "state"), [(["return"], "RETURNED"), (["damaged", "return"], "RETURNED"), (["lost"], "LOST")]
)
def test_later_actions_are_recorded_and_not_sent(taken_back, acts, state):
    for action in acts:
        done = taken_back.act("B1", action)
        assert done.note.startswith("nobody is told: the order had never left")
    taken_back.days(130)
    assert taken_back.state("B1") == state
    assert taken_back.said(LENDER) == [] and taken_back.to("ill@lender.example") == []


def test_no_timer_asks_the_lender_about_it(taken_back):
    assert taken_back.transaction("B1")["due_on"] < date(2026, 5, 1)
    taken_back.days(130)
    assert taken_back.said(LENDER) == []
    assert "lender-silent" not in taken_back.attention("B1")
    assert taken_back.reader(), "the reader is reminded all the same"


@pytest.mark.parametrize(
    ("action", "more"), [("renew", {}), ("query", {}), ("message", {"note": "Still there?"})]
)
def test_a_query_to_a_lender_without_the_order_is_refused(taken_back, action, more):
    before = taken_back.dump()
    with pytest.raises(LocalFault, match="withdrawn before it was sent") as refused:
        taken_back.act("B1", action, **more)
    assert taken_back.dump() == before
    with taken_back.app.store.read() as connection:
        shown = request_details.shown(connection, "B1", taken_back.app.context)
    offered = (*refused.value.possible, *shown.actions)
    assert "return" in offered and not {"renew", "query", "message"} & set(offered)


def test_undo_makes_it_an_order_like_any_other(iso):
    iso.place(LENDER, run=False)
    iso.act("B1", "receive", run=False)
    iso.act("B1", "undo")
    iso.hears("SHIPPED", due={"on": "2026-04-01"})
    iso.act("B1", "receive")
    iso.act("B1", "renew")
    assert iso.kinds() == ["ILL_REQUEST", "RECEIVED", "RENEW"]


def test_undo_of_a_later_act_leaves_it_so(taken_back):
    for action in ("return", "undo", "return"):
        taken_back.act("B1", action)
    assert taken_back.said(LENDER) == []


def test_a_message_about_the_order_proves_that_it_arrived(taken_back):
    taken_back.hears("OVERDUE", due={"on": "2026-03-20"})
    taken_back.act("B1", "return")
    assert taken_back.kinds() == ["RETURNED"]


def test_a_letter_that_staff_attached_proves_nothing(taken_back):
    taken_back.inject(taken_back.letter("Thank you!", "r@readers.example"), "r@readers.example")
    taken_back.run()
    (letter_id,) = taken_back.shelf()
    attaching.attach(taken_back.app.store, taken_back.app.context, letter_id, "B1")
    taken_back.act("B1", "return")
    assert taken_back.said(LENDER) == []


def test_a_waiting_answer_is_not_the_order(iso):
    """The order is with them, so it is cancelled by a letter, behind the answer that waits."""
    iso.place("XX-LENDER")
    iso.hears("ILL_ANSWER", results="CONDITIONAL", conditions=[{"condition": "charges"}])
    iso.act("B1", "answer-condition", answer=True, run=False)
    iso.act("B1", "cancel")
    assert iso.kinds() == ["ILL_REQUEST", "CONDITIONAL_REPLY", "CANCEL"]
    assert iso.state("B1") == "CANCEL_PENDING"
