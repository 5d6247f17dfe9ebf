"""What the reader hears of a loan, and nobody is dunned for what is on its way home."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import asking

from .listening import DUE, Step, act, attention, kinds, placed, state, waits
from .office import BORROWER, LENDER, SECOND, Town

RECEIVED: Step = (BORROWER, "receive", {})
SHIPPED: Step = (LENDER, "ship", {"on": DUE})


@pytest.fixture
def town(make_town) -> Town:
    return make_town()


def told(town: Town) -> list[tuple[str, str]]:
    """Subject and text of each letter to the reader."""
    letters = [one for one in town.people if one.envelope.rcpt_to == "r@readers.example"]
    read = [message_from_bytes(one.raw, policy=policy.default) for one in letters]
    return [(str(one["Subject"]), one.get_content()) for one in read]


def subjects(town: Town) -> list[str]:
    return [subject.partition(":")[0] for subject, _ in told(town)]


HERE = "Your interlibrary loan is here"
RENEW: Step = (BORROWER, "renew", {})
OVERDUE: Step = (LENDER, "overdue", {"on": DUE, "anyway": True})
RECALL: Step = (LENDER, "recall", {})
COMES_LATE = {
    "it was asked for longer before it came": ((RENEW,), 0, (), False),
    "it is overdue as it comes": ((), 29, (), True),  # the lender's clock says so
    "it was recalled before it came": ((RECALL,), 0, (), True),
    "asked for longer, then overdue": ((RENEW,), 29, (OVERDUE,), True),
}


@pytest.mark.parametrize(("before", "days", "then", "wanted_back"), COMES_LATE.values(), ids=COMES_LATE)
def test_the_reader_hears_that_it_has_come(town, before, days, then, wanted_back):
    numbers = placed(town)
    act(town, numbers, SHIPPED, *before)
    town.pass_time(days=days)
    act(town, numbers, *then)
    assert subjects(town) == []
    act(town, numbers, RECEIVED)
    assert subjects(town) == [HERE]
    assert ("wants it back already" in told(town)[0][1]) == wanted_back
    assert ("You may keep it until" in told(town)[0][1]) != wanted_back
    again = town[BORROWER].possible(numbers[0])[1]
    if "receive" in again:
        act(town, numbers, RECEIVED)
        assert subjects(town) == [HERE], "once"


def test_an_arrival_that_was_taken_back_is_told_anew(town):
    numbers = placed(town)
    act(town, numbers, SHIPPED, RECALL)
    town[BORROWER].act(numbers[0], "receive")
    town[BORROWER].act(numbers[0], "undo")
    town.settle()
    assert subjects(town) == []
    act(town, numbers, RECEIVED)
    assert subjects(town) == [HERE]


def test_a_copy_that_comes_by_mail_lies_at_no_desk(town):
    number = town[BORROWER].ask(LENDER, service="COPY", delivery={"electronic": "r@readers.example"})
    town.settle()
    act(town, (number, town[LENDER].theirs(number)), (LENDER, "ship", {}), RECEIVED)
    ((subject, text),) = told(town)
    assert subject.startswith(HERE)
    assert "as a file, to r@readers.example" in text and "desk" not in text


def test_who_was_refused_is_not_told_to_ask_for_longer(town):
    numbers = placed(town)
    act(town, numbers, SHIPPED, RECEIVED, RENEW, (LENDER, "renew-reply", {"answer": False}))
    town.days(27, pace=9)
    subject, text = told(town)[-1]
    assert subject.startswith("Please bring it back by")
    assert "does not let us keep it for longer" in text


RECALLED = "Please bring it back now"


def test_the_reader_of_a_recalled_loan_is_reminded_then_staff_are_asked(town):
    numbers = placed(town)
    act(town, numbers, SHIPPED, RECEIVED, RECALL)
    borrower = town[BORROWER]
    assert subjects(town) == [HERE, RECALLED]
    assert "before its time" in told(town)[1][1]
    assert waits(borrower) == {"READER_RECALLED": "2026-03-09"}
    town.days(80, pace=2)
    assert subjects(town) == [HERE, RECALLED, "Reminder 2", "Reminder 3"]
    assert attention(borrower, numbers[0]) == ("recalled", "not-back")
    assert waits(borrower) == {}


def test_an_overdue_loan_is_not_recalled_before_its_time(town):
    numbers = placed(town)
    act(town, numbers, SHIPPED, RECEIVED)
    town.days(31)
    act(town, numbers, RECALL)
    subject, text = told(town)[-1]
    assert subject.startswith(RECALLED)
    assert "this loan is overdue" in text and "before its time" not in text


def test_a_recall_of_what_has_not_come_goes_to_no_reader(town):
    numbers = placed(town)
    act(town, numbers, SHIPPED, RECALL)
    town.days(20, pace=5)
    assert subjects(town) == []
    act(town, numbers, RECEIVED)
    assert waits(town[BORROWER]) == {"READER_RECALLED": (town.now.date() + timedelta(days=7)).isoformat()}


# --- on its way home ---------------------------------------------------------------------------

BACK = (SHIPPED, RECEIVED, (BORROWER, "return", {}))


def test_what_is_on_its_way_home_is_not_demanded_but_looked_for(town):
    numbers = placed(town)
    act(town, numbers, *BACK)
    lender = town[LENDER]
    assert waits(lender) == {"SENT_BACK": "2026-03-16"}
    town.days(60, pace=2)
    assert "OVERDUE" not in kinds(lender)
    assert attention(lender, numbers[1]) == ("look-for-it",)
    act(town, numbers, (LENDER, "check-in", {}))
    assert attention(lender, numbers[1]) == ()


def test_staff_who_did_not_find_it_demand_it(town):
    numbers = placed(town)
    act(town, numbers, *BACK)
    town.days(32, pace=2)
    lender, borrower = town[LENDER], town[BORROWER]
    act(town, numbers, (LENDER, "overdue", {"on": DUE, "anyway": True}))
    assert attention(borrower, numbers[0]) == ("demanded-after-return",)
    assert state(borrower, numbers[0]) == "RETURNED"
    assert "LOAN_OVERDUE" in waits(lender)
    act(town, numbers, (LENDER, "check-in", {}))
    assert attention(borrower, numbers[0]) == ()


# --- nothing more will come of it --------------------------------------------------------------

CANCEL: Step = (BORROWER, "cancel", {})
STOPPED: Step = (LENDER, "cancel-reply", {"answer": True})
NOT_STOPPED: Step = (LENDER, "cancel-reply", {"answer": False})
CLOSE: Step = (BORROWER, "close", {})
LOST: Step = (LENDER, "lost", {})
LATER: Step = (LENDER, "answer-retry", {"reason": "on-order", "on": DUE})
ENDED, UNFILLED = "Your request has been ended", "We could not get it for you"
NO_MORE = {
    "cancelled": ((CANCEL, STOPPED), [ENDED]),
    "cancelled, and taken off the lists": ((CANCEL, STOPPED, CLOSE), [ENDED]),
    "taken off the lists unanswered": ((CLOSE,), [ENDED]),
    "lost on its way": ((SHIPPED, LOST, CLOSE), [ENDED]),
    "lost by the reader": ((SHIPPED, RECEIVED, (BORROWER, "lost", {}), CLOSE), [HERE]),
    "not supplied": (((LENDER, "unfilled", {"reason": "not-owned"}), CLOSE), [UNFILLED]),
    "to be asked for later": ((LATER, CLOSE), [ENDED]),
}


@pytest.mark.parametrize(("steps", "letters"), NO_MORE.values(), ids=NO_MORE)
def test_the_reader_hears_once_that_nothing_will_come(town, steps, letters):
    act(town, placed(town), *steps)
    assert subjects(town) == letters


@pytest.fixture
def two_lenders(make_town) -> tuple[Town, tuple[str, str]]:
    """A town where another library waits in the rota; the numbers of borrower and first lender."""
    town = make_town(symbols=(BORROWER, LENDER, SECOND))
    number = town[BORROWER].ask(LENDER, SECOND)
    town.settle()
    return town, (number, town[LENDER].theirs(number))


def test_while_somebody_else_can_be_asked_the_reader_waits(two_lenders):
    town, numbers = two_lenders
    act(town, numbers, CANCEL, STOPPED)
    assert subjects(town) == []
    act(town, numbers, CLOSE)
    assert subjects(town) == [ENDED]


def test_what_was_lost_on_its_way_is_asked_for_elsewhere(two_lenders):
    town, numbers = two_lenders
    act(town, numbers, SHIPPED, LOST)
    borrower = town[BORROWER]
    borrower.idle = False
    asking.next_partner(borrower.store, borrower.app.context, numbers[0], (), "clerk")
    town.settle()
    assert state(borrower, numbers[0]) == "PENDING"
    assert town[SECOND].theirs(numbers[0]) == "L1"
    assert subjects(town) == []


@pytest.mark.parametrize(
    ("answer", "reason"), [(SHIPPED, "shipped-after-cancel"), (NOT_STOPPED, "cancel-refused")]
)
def test_staff_hear_that_it_could_not_be_stopped(town, answer, reason):
    numbers = placed(town)
    act(town, numbers, CANCEL, answer)
    assert attention(town[BORROWER], numbers[0]) == (reason,)
    if answer is NOT_STOPPED:
        act(town, numbers, SHIPPED)
    act(town, numbers, RECEIVED)
    assert attention(town[BORROWER], numbers[0]) == ()


def test_what_was_lost_and_is_found_at_the_borrowers_is_told_by_a_message(town):
    numbers = placed(town)
    act(town, numbers, SHIPPED, LOST)
    with pytest.raises(LocalFault) as refused:
        town[BORROWER].act(numbers[0], "receive")
    assert "message" in refused.value.possible
