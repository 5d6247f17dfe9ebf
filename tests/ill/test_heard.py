"""How a letter is named in the state tables, and by what it says."""

import pytest

from mailproc.ill.apdu import (
    Apdu,
    Cancel,
    CancelReply,
    ConditionalReply,
    IllAnswer,
    Message,
    RenewAnswer,
)
from mailproc.ill.event_names import event_heard, spoken, told
from mailproc.ill.terms import Results

HEARD: dict[str, tuple[Apdu, str, str]] = {
    "conditional": (IllAnswer(results=Results.CONDITIONAL), "ANSWER.conditional", "ANSWER.conditional"),
    "will supply": (IllAnswer(results=Results.WILL_SUPPLY), "ANSWER.promise", "ANSWER.promise"),
    "hold": (IllAnswer(results=Results.HOLD_PLACED), "ANSWER.promise", "HOLD_PLACED"),
    "unfilled": (IllAnswer(results=Results.UNFILLED), "ANSWER.unfilled", "ANSWER.unfilled"),
    "retry": (IllAnswer(results=Results.RETRY), "ANSWER.unfilled", "RETRY"),
    "locations": (IllAnswer(results=Results.LOCATIONS_PROVIDED), "ANSWER.unfilled", "LOCATIONS_PROVIDED"),
    "estimate": (IllAnswer(results=Results.ESTIMATE), "ANSWER.unfilled", "ESTIMATE"),
    "yes to a condition": (ConditionalReply(answer=True), "COND_REPLY.yes", "COND_REPLY.yes"),
    "no to a condition": (ConditionalReply(answer=False), "COND_REPLY.no", "COND_REPLY.no"),
    "yes to a cancel": (CancelReply(answer=True), "CANCEL_REPLY.yes", "CANCEL_REPLY.yes"),
    "no to a renewal": (RenewAnswer(answer=False), "RENEW_ANSWER.no", "RENEW_ANSWER.no"),
    "a cancel": (Cancel(), "CANCEL", "CANCEL"),
    "a message": (Message(note="x"), "MESSAGE", "MESSAGE"),
}


@pytest.mark.parametrize("case", HEARD)
def test_rows_of_messages_and_our_answers(case: str) -> None:
    apdu, row, as_told = HEARD[case]
    assert (event_heard(apdu), told(apdu)) == (row, as_told)


SPOKEN = [
    ("ANSWER.promise", {"results": "HOLD_PLACED"}, "HOLD_PLACED"),
    ("ANSWER.promise", {"results": "WILL_SUPPLY"}, "ANSWER.promise"),
    ("ANSWER.unfilled", {"results": "RETRY"}, "RETRY"),
    ("ANSWER.unfilled", {"results": "UNFILLED"}, "ANSWER.unfilled"),
    ("ANSWER.conditional", {"results": "CONDITIONAL"}, "ANSWER.conditional"),
    ("promise", {"results": "HOLD_PLACED"}, "hold"),
    ("unfilled", {"results": "RETRY"}, "answer-retry"),
    ("unfilled", {"results": "LOCATIONS_PROVIDED"}, "locations"),
    ("unfilled", {"results": "ESTIMATE"}, "estimate"),
    ("unfilled", {"results": "UNFILLED"}, "unfilled"),
    ("answer-retry", {"results": "RETRY"}, "answer-retry"),
    ("ship", None, "ship"),
    ("ship", {}, "ship"),
    ("STATUS_OR_ERROR_REPORT", {"report": {"kind": "status"}}, "REPORT.status"),
    ("STATUS_OR_ERROR_REPORT", {"report": {"kind": "error"}}, "REPORT.error"),
    ("STATUS_OR_ERROR_REPORT", {"report": {"kind": "another"}}, "STATUS_OR_ERROR_REPORT"),
    ("STATUS_OR_ERROR_REPORT", {"report": None}, "STATUS_OR_ERROR_REPORT"),
    ("STATUS_OR_ERROR_REPORT", None, "STATUS_OR_ERROR_REPORT"),
    ("RECEIVED", {"report": {"kind": "status"}}, "RECEIVED"),
    ("ANSWER.unfilled", {"results": "NO_SUCH_RESULT"}, "ANSWER.unfilled"),
]


@pytest.mark.parametrize(("event", "apdu", "expected"), SPOKEN)
def test_a_row_by_what_its_message_says(event: str, apdu: dict[str, object] | None, expected: str) -> None:
    assert spoken(event, apdu) == expected
