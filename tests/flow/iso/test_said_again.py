"""Delivered again, said again, or new: by the service time, not by the words."""

from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mailproc.office.mailroom import attaching

from .conftest import BORROWER, LENDER, MAIL

AT = "2026-03-02T11:00:0{}"
FIRST, SECOND, THIRD, FOURTH = (AT.format(one) for one in (1, 2, 3, 4))
ASKED = {"initial_requester": BORROWER, "tgq": "G1", "tq": "1"}


def notes(iso, number):
    return [one.note for one in iso.shown(number).history]


# The very same service


def test_a_second_delivery_is_dropped_and_not_answered(iso):
    iso.asks()
    iso.act("L1", "ship", on=date(2026, 4, 1))
    iso.sent.clear()
    for _ in range(2):
        iso.hears("CANCEL", BORROWER, ASKED, sent_at=FIRST)
    assert iso.kinds() == ["CANCEL_REPLY"]
    assert notes(iso, "L1")[-1] == "delivered again"


def test_the_original_comes_after_its_repeat(iso):
    iso.asks()
    iso.act("L1", "ship")
    iso.hears("RENEW", BORROWER, ASKED, sent_at=SECOND, original_sent_at=FIRST)
    iso.act("L1", "renew-reply", answer=False)
    iso.sent.clear()
    iso.hears("RENEW", BORROWER, ASKED, sent_at=FIRST)
    assert (iso.state("L1"), iso.kinds()) == ("SHIPPED", [])


# Said again


def test_a_repeated_request_is_answered_with_the_current_state(iso):
    iso.asks(sent_at=FIRST)
    iso.act("L1", "ship", on=date(2026, 4, 1))
    first = iso.last()
    iso.later(hours=1)
    iso.asks(sent_at=SECOND, original_sent_at=FIRST)
    again = iso.last()
    assert (again["type"], again["original_sent_at"], again["due"]) == (
        "SHIPPED", first["sent_at"], first["due"])  # fmt: skip
    assert again["sent_at"] > first["sent_at"]
    assert iso.listed() == ["L1"]


@pytest.mark.parametrize("answer", [True, False])
def test_a_repeated_question_is_answered_again(iso, answer):
    """Our answer was lost: the state has long gone on, and must not go back."""
    iso.asks()
    iso.act("L1", "ship")
    iso.hears("RENEW", BORROWER, ASKED, sent_at=FIRST)
    iso.act("L1", "renew-reply", answer=answer, on=date(2026, 6, 1) if answer else None)
    first = iso.last()
    iso.later(hours=1)
    iso.hears("RENEW", BORROWER, ASKED, sent_at=SECOND, original_sent_at=FIRST)
    assert (iso.state("L1"), iso.last()["type"]) == ("SHIPPED", "RENEW_ANSWER")
    assert iso.last()["answer"] is answer
    assert iso.last()["original_sent_at"] == first["sent_at"]
    iso.hears("RENEW", BORROWER, ASKED, sent_at=THIRD, original_sent_at=FIRST)
    assert iso.last()["original_sent_at"] == first["sent_at"]  # of the first, not of its repeat
    assert iso.kinds().count("RENEW_ANSWER") == 3


def test_an_open_question_is_not_answered_automatically(iso):
    iso.asks()
    iso.hears("CANCEL", BORROWER, ASKED, sent_at=FIRST)
    iso.hears("CANCEL", BORROWER, ASKED, sent_at=SECOND, original_sent_at=FIRST)
    assert (iso.state("L1"), iso.kinds()) == ("CANCEL_PENDING", [])


def test_a_repeated_cancel_is_refused_again(iso):
    iso.asks()
    iso.hears("CANCEL", BORROWER, ASKED, sent_at=FIRST)
    iso.act("L1", "cancel-reply", answer=False)
    iso.hears("CANCEL", BORROWER, ASKED, sent_at=SECOND, original_sent_at=FIRST)
    assert (iso.state("L1"), iso.kinds()) == ("IN_PROCESS", ["CANCEL_REPLY"] * 2)
    iso.hears("CANCEL", BORROWER, ASKED, sent_at=THIRD)  # another one, in the same words
    assert iso.state("L1") == "CANCEL_PENDING"


def test_a_repeat_whose_original_never_came_counts_as_the_first(iso):
    iso.asks(sent_at=SECOND, original_sent_at=FIRST)
    assert iso.state("L1") == "IN_PROCESS"
    iso.hears("CANCEL", BORROWER, ASKED, sent_at=FOURTH, original_sent_at=THIRD)
    assert iso.state("L1") == "CANCEL_PENDING"


def test_a_refused_condition_again_is_refused_again(iso):
    """The lender never heard our no and still waits."""
    iso.place(LENDER)
    condition = {"results": "CONDITIONAL", "conditions": [{"condition": "charges"}]}
    iso.hears("ILL_ANSWER", **condition, sent_at=FIRST)
    iso.act("B1", "answer-condition", answer=False)
    first = iso.last()
    iso.hears("ILL_ANSWER", **condition, sent_at=SECOND, original_sent_at=FIRST)
    assert (iso.last()["type"], iso.last()["original_sent_at"]) == ("CONDITIONAL_REPLY", first["sent_at"])
    assert iso.last()["answer"] is False
    assert iso.state("B1") == "NOT_SUPPLIED"


def test_an_answer_of_an_earlier_question_does_not_answer_the_next(iso):
    """Our second Renew waits; what comes is the answer to the first, said again."""
    iso.place(LENDER)
    iso.hears("SHIPPED", due={"on": "2026-04-01"})
    iso.act("B1", "receive")
    iso.act("B1", "renew")
    iso.hears("RENEW_ANSWER", answer=False, sent_at=FIRST)
    iso.act("B1", "renew")
    iso.hears("RENEW_ANSWER", answer=False, sent_at=SECOND, original_sent_at=FIRST)
    assert iso.state("B1") == "RENEW_PENDING"
    iso.hears("RENEW_ANSWER", answer=False, sent_at=THIRD)
    assert iso.state("B1") == "RECEIVED"


# New by its time, though the words are known


def test_two_overdues_are_two_events(iso):
    iso.place(LENDER)
    iso.hears("SHIPPED", due={"on": "2026-03-20"})
    iso.act("B1", "receive")
    for at in (FIRST, SECOND):
        iso.hears("OVERDUE", due={"on": "2026-03-20"}, sent_at=at)
    assert [note for note in notes(iso, "B1") if note in ("said before", "delivered again")] == []
    assert iso.events("B1").count("OVERDUE") == 2


def test_the_same_time_with_other_content_is_accepted_and_shown(iso):
    iso.place(LENDER)
    iso.hears("ILL_ANSWER", results="HOLD_PLACED", supply_on="2026-04-01", sent_at=FIRST)
    iso.hears("ILL_ANSWER", results="UNFILLED", reason="not-owned", sent_at=FIRST)
    assert iso.state("B1") == "NOT_SUPPLIED"
    assert "same-time" in iso.attention("B1")


def test_a_name_used_for_another_item_is_reported(iso):
    iso.asks(sent_at=FIRST)
    iso.act("L1", "ship")
    iso.asks(sent_at=SECOND, item={"title": "Quite another"})
    assert iso.listed() == ["L1"]
    assert iso.attention("L1") == ("number-used-again",)
    said = iso.last()
    assert said["report"]["problem"] == "duplicate-transaction-id"
    assert said["report"]["kind"] == "error"
    assert iso.kinds() == ["SHIPPED", "STATUS_OR_ERROR_REPORT"]


# What we say


def test_our_service_times_rise_and_a_repeat_keeps_the_first(iso):
    iso.place(LENDER)
    iso.act("B1", "message", note="one")
    iso.act("B1", "message", note="two")
    iso.act("B1", "request", repeat=True)
    iso.act("B1", "request", repeat=True)
    times = [said["sent_at"] for said in iso.said()]
    assert times == sorted(set(times))
    assert [said.get("original_sent_at") for said in iso.said()] == [None, None, None, times[0], times[0]]


@pytest.mark.parametrize("hurried", [False, True], ids=["no word", "a reader's word, attached"])
def test_the_last_repeat_of_a_cancel_resends_its_request(iso, hurried):
    """They have never said a word, so it may not have come; what staff attached is no word of theirs."""
    iso.place(LENDER)
    iso.act("B1", "cancel")
    if hurried:
        iso.inject(iso.letter("Please hurry.", "r@readers.example"), "r@readers.example")
        iso.run()
        (letter_id,) = iso.shelf()
        attaching.attach(iso.app.store, iso.app.context, letter_id, "B1")
    iso.days(60)
    assert iso.kinds() == ["ILL_REQUEST", "CANCEL", "CANCEL", "ILL_REQUEST", "CANCEL"]


@pytest.mark.parametrize(
    ("word", "requests"),
    [
        ({"kind": "MESSAGE", "note": "we look"}, 1),
        ({"kind": "STATUS_OR_ERROR_REPORT", "report": {"kind": "status", "current_state": "UNKNOWN"}}, 3),
        ({"kind": "STATUS_OR_ERROR_REPORT", "report": {"kind": "status", "current_state": "PENDING"}}, 1),
    ],
    ids=["a message", "they know nothing of it", "they have it"],
)
def test_a_cancel_resends_its_request_if_the_lender_does_not_know_it(iso, word, requests):
    iso.place(LENDER)
    iso.act("B1", "cancel")
    iso.hears(**word)
    iso.days(60)
    assert iso.kinds().count("ILL_REQUEST") == requests
    assert iso.kinds().count("CANCEL") == 3


def test_our_own_message_that_a_partner_sends_back_says_nothing(iso):
    iso.asks()
    iso.act("L1", "ship")
    letter_id = iso.inject(iso.sent[-1].raw, "ill@borrower.example")
    iso.run()
    letter = iso.row("inbox", letter_id)
    assert (letter["state"], letter["note"]) == ("done", "our own letter O1 came back")
    assert iso.events("L1")[-1] == "ship"


# What a partner's machine sends back of ours


@pytest.mark.parametrize("mark", [{}, {"Auto-Submitted": "auto-generated"}], ids=str)
def test_a_letter_of_ours_that_is_sent_back_whole(iso, mark):
    """A ticket system attaches what it got: our message is not the partner's, and nothing follows."""
    iso.place(LENDER)
    iso.act("B1", "message", note="Where is it?")
    sent, before = len(iso.sent), iso.world.events("B1")
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = MAIL[LENDER], "ill@library.example", "Ticket 17"
    made["Message-ID"] = "<t17@lender.example>"
    for name, value in mark.items():
        made[name] = value
    made.set_content("A ticket was opened for your message.")
    made.add_attachment(message_from_bytes(iso.world.to(MAIL[LENDER])[-1].raw, policy=policy.default))
    iso.world.inject(made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), MAIL[LENDER])
    iso.world.run()
    assert iso.world.events("B1") == before
    assert MAIL[LENDER] not in [one.to for one in iso.sent[sent:]]
    assert "our own text" in next(iter(iso.shelf().values()))
