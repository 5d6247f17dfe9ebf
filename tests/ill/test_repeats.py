"""Is a letter new, the same one again, or said once more? By its service time, as ISO 10161-1 has it."""

from dataclasses import replace
from datetime import datetime

import pytest

from mailproc.ill.apdu import (
    Apdu,
    Cancel,
    CancelReply,
    ConditionalReply,
    IllAnswer,
    Lost,
    Overdue,
    Renew,
    RenewAnswer,
    ReplyTo,
    StatusQuery,
    TransactionId,
)
from mailproc.ill.repeats import Heard, has_time, judge, our_answer, words
from mailproc.ill.terms import Results

ID = TransactionId(initial_requester="XX-US", tgq="B1", tq="1")
FIRST, LATER, LAST = (datetime(2026, 3, 2, hour) for hour in (10, 11, 12))  # noqa: DTZ001  # no zone on the wire


def renew(at: datetime, original: datetime | None = None, note: str | None = None) -> Renew:
    return Renew(transaction=ID, sent_at=at, original_sent_at=original, note=note)


CASES: dict[str, tuple[Apdu, list[Apdu], Heard]] = {
    "nothing was heard yet": (renew(FIRST), [], Heard.NEW),
    "another service": (renew(LATER), [renew(FIRST)], Heard.NEW),
    "the very same": (renew(FIRST), [renew(FIRST)], Heard.DELIVERED_AGAIN),
    "the same time, other words": (renew(FIRST, note="please"), [renew(FIRST)], Heard.SAME_TIME),
    "the same time, another kind": (
        renew(FIRST),
        [StatusQuery(transaction=ID, sent_at=FIRST)],
        Heard.NEW,
    ),
    "a repeat": (renew(LATER, FIRST), [renew(FIRST)], Heard.SAID_AGAIN),
    "a repeat in other words": (renew(LATER, FIRST, "please"), [renew(FIRST)], Heard.SAID_AGAIN),
    "a repeat of a repeat": (renew(LAST, FIRST), [renew(LATER, FIRST)], Heard.SAID_AGAIN),
    "a repeat whose original never came": (renew(LATER, FIRST), [], Heard.NEW),
    "a repeat of another kind": (
        renew(LATER, FIRST),
        [StatusQuery(transaction=ID, sent_at=FIRST)],
        Heard.NEW,
    ),
    "overtaken by its repeat": (renew(FIRST), [renew(LATER, FIRST)], Heard.DELIVERED_AGAIN),
    "the repeat itself, delivered again": (
        renew(LATER, FIRST),
        [renew(FIRST), renew(LATER, FIRST)],
        Heard.DELIVERED_AGAIN,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_new_repeated_or_delivered_again(case: str) -> None:
    apdu, earlier, expected = CASES[case]
    assert judge(apdu, earlier) is expected


def test_reply_addresses_and_names_do_not_count_as_content() -> None:
    plain = renew(FIRST)
    dressed = replace(
        renew(LATER, FIRST),
        reply_to=(ReplyTo(address="ill@x.example"),),
        extensions=({"at": "x", "value": 1},),
        requester_name="A",
        responder_name="B",
    )
    assert words(plain) == words(dressed)
    assert words(plain) != words(renew(FIRST, note="please"))


def test_a_service_is_named_by_its_transaction_and_its_time() -> None:
    assert has_time(renew(FIRST))
    assert not has_time(replace(renew(FIRST), sent_at=None))
    assert not has_time(replace(renew(FIRST), transaction=None))


def test_our_last_answer_to_a_question_of_that_kind() -> None:
    first, second = RenewAnswer(answer=False), RenewAnswer(answer=True)
    said: list[Apdu] = [first, CancelReply(answer=False), second, Overdue()]
    assert our_answer(renew(FIRST), said) is second
    assert our_answer(Cancel(), said) is said[1]
    assert our_answer(Cancel(), [first]) is None
    assert our_answer(Lost(), said) is None
    reply = ConditionalReply(answer=True)
    assert our_answer(IllAnswer(results=Results.CONDITIONAL), [*said, reply]) is reply
