"""The letters that the law writes by itself."""

from dataclasses import replace
from datetime import datetime

import pytest

from mailproc.ill.apdu import CancelReply, ConditionalReply, IllAnswer, RenewAnswer
from mailproc.ill.apdu_json import to_json
from mailproc.ill.automatic_replies import reply
from mailproc.ill.terms import ApduType, Results, Role, Service, State
from mailproc.ill.transaction_state import TransactionState

LENT = TransactionState(Role.RESPONDER, Service.LOAN, State.SHIPPED)
FIRST, LATER = (datetime(2026, 3, 2, hour) for hour in (10, 11))  # noqa: DTZ001  # no zone on the wire


@pytest.mark.parametrize(
    ("name", "apdu"),
    [
        ("CANCEL_REPLY.yes", CancelReply(answer=True)),
        ("CANCEL_REPLY.no", CancelReply(answer=False)),
        ("RENEW_ANSWER.yes", RenewAnswer(answer=True)),
        ("RENEW_ANSWER.no", RenewAnswer(answer=False)),
        ("COND_REPLY.yes", ConditionalReply(answer=True)),
        ("COND_REPLY.no", ConditionalReply(answer=False)),
        ("ANSWER.conditional", IllAnswer(results=Results.CONDITIONAL)),
        ("ANSWER.unfilled", IllAnswer(results=Results.UNFILLED)),
    ],
)
def test_a_reply_that_was_never_sent_is_made_from_the_tables(name, apdu):
    assert reply(name, LENT, {}) == apdu


def test_a_repeated_reply_carries_the_time_of_the_first():
    said = RenewAnswer(answer=False, note="reserved", sent_at=FIRST)
    again = reply("RENEW_ANSWER.no", LENT, {"RENEW_ANSWER.no": to_json(said)})
    assert again == replace(said, sent_at=None, original_sent_at=FIRST)
    once_more = reply("RENEW_ANSWER.no", LENT, {"RENEW_ANSWER.no": to_json(replace(again, sent_at=LATER))})
    assert once_more == again


def test_a_status_report_gives_the_current_state():
    said = {"STATUS_OR_ERROR_REPORT": {"type": "STATUS_OR_ERROR_REPORT", "note": "as it stood"}}
    apdu = reply("STATUS_OR_ERROR_REPORT", LENT, said, {"date_requested": "2026-03-02"})
    assert (apdu.report.current_state, apdu.report.history) == ("SHIPPED", {"date_requested": "2026-03-02"})
    assert apdu.note is None


def test_which_side_may_send_each_message():
    """ISO 10161-1, table of the services: the others are said by either side."""
    said = {kind: kind.said_by for kind in ApduType}
    assert {kind.name for kind, role in said.items() if role is Role.REQUESTER} == {
        "ILL_REQUEST", "CONDITIONAL_REPLY", "CANCEL", "RECEIVED", "RETURNED", "RENEW",
    }  # fmt: skip
    assert {kind.name for kind, role in said.items() if role is None} == {
        "LOST", "DAMAGED", "MESSAGE", "STATUS_QUERY", "STATUS_OR_ERROR_REPORT",
    }  # fmt: skip
