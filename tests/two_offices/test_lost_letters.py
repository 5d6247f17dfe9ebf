"""A letter is lost, and nobody notices: the clock brings the two offices together again."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest

from mailproc.config import Policy
from mailproc.errors import TryLater

from .listening import (
    CANCELLING,
    CONDITION,
    DECLINED,
    DUE,
    RENEWING,
    RETURNED,
    SHIPPED,
    YES,
    Forgetful,
    Step,
    act,
    attention,
    history,
    kinds,
    letters,
    placed,
    said,
    state,
    until,
    waits,
)
from .office import BORROWER, LENDER, Town
from .soundness import sound

LATER = DUE + timedelta(days=28)
ACCEPTED: Step = (BORROWER, "answer-condition", YES)
RENEWED: Step = (LENDER, "renew-reply", YES | {"on": LATER})
CHECKED_IN: Step = (LENDER, "check-in", {})

LOST: dict[str, tuple[Sequence[Step], Step, int, tuple[str, str]]] = {
    # before; the act whose letter is lost; days; how both stand then
    "a no": ((), (LENDER, "unfilled", {"reason": "not-owned"}), 4, ("NOT_SUPPLIED", "NOT_SUPPLIED")),
    "the word that it is on its way": ((), SHIPPED[0], 4, ("SHIPPED", "SHIPPED")),
    "a condition": ((), CONDITION[0], 4, ("CONDITIONAL", "CONDITIONAL")),
    "our yes to a condition": (CONDITION, ACCEPTED, 4, ("PENDING", "IN_PROCESS")),
    "our no to a condition": (CONDITION, DECLINED[-1], 4, ("NOT_SUPPLIED", "NOT_SUPPLIED")),
    "the cancellation": ((), CANCELLING[0], 4, ("CANCEL_PENDING", "CANCEL_PENDING")),
    "the answer to a cancellation": (
        CANCELLING, (LENDER, "cancel-reply", YES), 4, ("CANCELLED", "CANCELLED"),
    ),
    "the wish to keep it": (SHIPPED, RENEWING[-1], 4, ("RENEW_PENDING", "RENEW_PENDING")),
    "the answer to a renewal": (RENEWING, RENEWED, 4, ("RECEIVED", "SHIPPED")),
    "a recall": (SHIPPED, (LENDER, "recall", {}), 7, ("RECALL", "RECALL")),
}  # fmt: skip


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    return make_town(Forgetful())


def lose(town: Town, numbers: tuple[str, str], *steps: Step) -> None:
    """All of it happens; the letter of the last act is lost."""
    act(town, numbers, *steps[:-1])
    town.post.loses = 1
    act(town, numbers, steps[-1])
    assert town.post.loses == 0, "one letter was lost"


@pytest.mark.parametrize(("before", "lost", "days", "ends"), LOST.values(), ids=LOST)
def test_one_more_letter_brings_them_together(town, before, lost, days, ends):
    numbers = placed(town)
    lose(town, numbers, *before, lost)
    had = letters(town)
    town.days(days - 1)
    assert letters(town) == had, "not before its time"
    town.days(1)
    assert (state(town[BORROWER], numbers[0]), state(town[LENDER], numbers[1])) == ends
    assert letters(town) <= had + 3
    sound(town)


def test_a_lost_request_comes_by_its_repeat(town):
    town.post.loses = 1
    number = town[BORROWER].ask(LENDER, title="A book")
    town.settle()
    town.days(4)
    assert state(town[LENDER], town[LENDER].theirs(number)) == "IN_PROCESS"
    sound(town)


def lost_and_cancelled(town: Town) -> str:
    """The request is lost, and then cancelled: the lender has a cancellation of it knows not what."""
    town.post.loses = 1
    number = town[BORROWER].ask(LENDER, title="A book")
    town.settle()
    town[BORROWER].act(number, "cancel")
    town.settle()
    assert len(town[LENDER].shelf()) == 1
    return number


def test_a_request_that_was_lost_before_it_was_cancelled(town):
    """The cancellation alone is not enough: the request goes once more with the last of them."""
    number = lost_and_cancelled(town)
    town.days(4)
    assert kinds(town[BORROWER]) == ["ILL_REQUEST", "CANCEL", "CANCEL"]
    town.days(8)
    assert kinds(town[BORROWER])[3:] == ["ILL_REQUEST", "CANCEL"]
    theirs = town[LENDER].theirs(number)
    assert (state(town[LENDER], theirs), town[LENDER].shelf()) == ("CANCEL_PENDING", {})
    town[LENDER].act(theirs, "cancel-reply", **YES)
    town.settle()
    assert (state(town[BORROWER], number), state(town[LENDER], theirs)) == ("CANCELLED", "CANCELLED")
    sound(town)


def test_who_is_told_that_its_request_is_unknown_says_it_again(make_town):
    """Their staff need not wait until we have asked often enough."""
    town = make_town(Forgetful(), policy=Policy(unmatched_days=2))
    number = lost_and_cancelled(town)
    town.days(2)
    assert attention(town[BORROWER], number) == ("error-report",)
    town.days(2)
    assert kinds(town[BORROWER]) == ["ILL_REQUEST", "CANCEL", "ILL_REQUEST", "CANCEL"]
    assert state(town[LENDER], town[LENDER].theirs(number)) == "CANCEL_PENDING"
    for office in town.offices.values():
        assert (office.shelf(), office.verify().differences) == ({}, ())


def test_who_has_answered_knows_the_request(town):
    numbers = placed(town)
    act(town, numbers, (LENDER, "will-supply", {}), *CANCELLING)
    town.post.dead = True
    town.days(40)
    assert kinds(town[BORROWER]) == ["ILL_REQUEST", "CANCEL", "CANCEL", "CANCEL"]


def test_a_repeat_says_the_same_with_the_time_of_the_first(town):
    placed(town)
    town.days(12)
    first, second, third = said(town[BORROWER])
    assert second["original_sent_at"] == third["original_sent_at"] == first["sent_at"]
    assert first["sent_at"] < second["sent_at"] < third["sent_at"]
    beside = {"sent_at", "original_sent_at"}
    for repeat in (second, third):
        assert {name for name in repeat if repeat[name] != first.get(name)} == beside
    again = ("UNANSWERED", "said once more")
    assert history(town[BORROWER])[1:] == [again, again]
    sound(town)


def test_who_says_that_it_is_home_is_not_asked(town):
    act(town, placed(town), *RETURNED, CHECKED_IN)
    assert waits(town[BORROWER]) == {}


def test_a_lost_word_that_it_is_home_is_asked_for(town):
    lose(town, placed(town), *RETURNED, CHECKED_IN)
    assert list(waits(town[BORROWER])) == ["RETURN_UNHEARD"]
    town.days(14)
    assert kinds(town[BORROWER])[-1] == "STATUS_QUERY"
    assert said(town[LENDER])[-1]["report"]["current_state"] == "CHECKED_IN"
    assert waits(town[BORROWER]) == {}, "their report says that it is home"


def test_where_the_return_is_not_said_nobody_is_asked(make_town):
    town = make_town(Forgetful(), switches={BORROWER: {"manner": {"returned": "LOCAL"}}})
    numbers = placed(town)
    act(town, numbers, *RETURNED)
    assert state(town[BORROWER], numbers[0]) == "RETURNED"
    assert waits(town[BORROWER]) == {}


def test_a_lost_overdue_is_found_by_asking_how_it_stands(make_town):
    town = make_town(Forgetful(), policy=Policy(overdue_every_days=0))
    numbers = placed(town)
    lose(town, numbers, *SHIPPED, (LENDER, "overdue", {"on": DUE, "anyway": True}))
    assert waits(town[BORROWER])["DUE_UNHEARD"] == "2026-04-13"
    until(town, date(2026, 4, 13))
    assert said(town[LENDER])[-1]["report"]["current_state"] == "OVERDUE"
    assert "DUE_UNHEARD" not in waits(town[BORROWER]), "they have said how it stands"
    assert state(town[BORROWER], numbers[0]) == "RECEIVED", "a report moves nothing"


def test_a_promise_is_waited_for(town):
    numbers = placed(town)
    lose(town, numbers, (LENDER, "hold", {"on": DUE, "position": 2}), (LENDER, "ship", {"on": LATER}))
    until(town, DUE + timedelta(days=3))
    assert state(town[BORROWER], numbers[0]) == "PENDING"
    assert kinds(town[BORROWER]) == ["ILL_REQUEST"]
    until(town, DUE + timedelta(days=4))
    assert state(town[BORROWER], numbers[0]) == "SHIPPED"


def test_a_letter_that_waits_in_our_own_house_is_not_said_twice(make_town, monkeypatch):
    """The relay cannot be reached: nothing is lost, so nothing is to be said again."""
    town = make_town(Forgetful(), policy=Policy(give_up_days=30))
    numbers = placed(town)

    def away(*_letter: object) -> tuple[str, str]:
        raise TryLater("no route")

    with monkeypatch.context() as broken:
        broken.setattr(town[BORROWER], "_deliver", away)
        act(town, numbers, *CANCELLING)
        town.days(5)
        assert kinds(town[BORROWER]) == ["ILL_REQUEST", "CANCEL"]
        assert attention(town[BORROWER], numbers[0]) == ("cancel-silent",)
    town.days(1)
    assert state(town[LENDER], numbers[1]) == "CANCEL_PENDING"


def test_weeks_down_are_caught_up_once(town):
    placed(town)
    town.pass_time(days=40)
    assert kinds(town[BORROWER]) == ["ILL_REQUEST"] * 2
    assert waits(town[BORROWER]) == {"UNANSWERED": "2026-04-19"}, "eight days after this one"
