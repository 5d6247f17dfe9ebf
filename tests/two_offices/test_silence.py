"""Nobody answers, or nobody sits there: a bounded number of letters goes out, and then none."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from mailproc.config import Policy
from mailproc.flow.matching import new_transactions
from mailproc.ill.timers import REPAIRS

from .listening import (
    CANCELLING,
    CONDITION,
    DECLINED,
    DUE,
    RENEWING,
    RETURNED,
    SHIPPED,
    Forgetful,
    Step,
    act,
    attention,
    days_of_clocks,
    history,
    kinds,
    letters,
    placed,
    state,
    waits,
)
from .office import BORROWER, LENDER, Office, Town

RECALLED: tuple[Step, ...] = (*SHIPPED, (LENDER, "recall", {}))

SILENCE: dict[str, tuple[str, Sequence[Step], list[str], str]] = {
    # who; what was said before the line goes dead; what goes out into it; then staff are told
    "asked": (BORROWER, (), ["ILL_REQUEST"] * 2, "no-answer"),
    "cancelling": (BORROWER, CANCELLING, ["CANCEL", "ILL_REQUEST", "CANCEL"], "cancel-silent"),
    "asked to keep it": (BORROWER, RENEWING, ["RENEW"] * 2, "renewal-silent"),
    "declined": (BORROWER, DECLINED, ["CONDITIONAL_REPLY"], ""),
    "under way, never ticked": (BORROWER, SHIPPED[:1], ["STATUS_QUERY"] * 2, "lender-silent"),
    "with the reader": (BORROWER, SHIPPED, ["STATUS_QUERY"] * 2, "lender-silent"),
    "sent back": (BORROWER, RETURNED, ["STATUS_QUERY"] * 2, ""),
    "recalled": (LENDER, RECALLED, ["RECALL"] * 2, "recall-unheard"),
    "lent": (LENDER, SHIPPED, ["OVERDUE"] * 3, "not-back"),
}


SELDOM = Policy(chase_days=30, answer_days=30)
"""Staff are told again of the same silence after so many days: fewer looks at the clock."""


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    return make_town(Forgetful(), policy=SELDOM)


@pytest.mark.parametrize(("who", "before", "goes_out", "reason"), SILENCE.values(), ids=SILENCE)
def test_into_silence_a_bounded_number_of_letters_goes(town, who, before, goes_out, reason):
    numbers = placed(town)
    act(town, numbers, *before)
    office, number = town[who], numbers[who == LENDER]
    had = len(kinds(office))
    town.post.dead = True
    days_of_clocks(town, 200)
    assert kinds(office)[had:] == goes_out
    assert (reason in attention(office, number)) == bool(reason)
    assert set(waits(office)) <= {"UNANSWERED"}, "only silence itself is told again, to staff"
    assert office.verify().differences == ()


def test_every_letter_that_repairs_is_shown_here():
    told = {letter for _, _, goes_out, _ in SILENCE.values() for letter in goes_out}
    assert {letter.name for _, letter in REPAIRS.values()} <= told


def test_two_offices_whose_staff_are_away_fall_silent(town):
    """Both programs run and hear each other, and nobody decides anything."""
    loans = ((), CONDITION, DECLINED, SHIPPED[:1], SHIPPED, CANCELLING, RENEWING, RETURNED, RECALLED)
    for before in loans:
        act(town, placed(town), *before)
    had = letters(town)
    days_of_clocks(town, 200)
    enough = letters(town)
    assert had < enough <= had + 6 * len(loans)
    days_of_clocks(town, 200)
    assert letters(town) == enough
    for office in town.offices.values():
        assert office.verify().differences == ()


def test_switched_off_it_is_asked_once_how_it_stands(make_town):
    town = make_town(Forgetful(), policy=Policy(repeats=0))
    number, _ = placed(town)
    town.post.dead = True
    days_of_clocks(town, 100)
    assert kinds(town[BORROWER]) == ["ILL_REQUEST", "STATUS_QUERY"]
    assert attention(town[BORROWER], number) == ("no-answer",)


# --- a request ends by itself ------------------------------------------------------------------


@pytest.fixture
def ends_on(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """The borrower's requests name the day on which they end."""

    def ends(day: date) -> None:
        real = new_transactions.wanted_of
        monkeypatch.setattr(new_transactions, "wanted_of", lambda *asked: replace(real(*asked), expiry=day))

    return ends


def both(town: Town, numbers: tuple[str, str]) -> tuple[str, str]:
    return state(town[BORROWER], numbers[0]), state(town[LENDER], numbers[1])


def test_staff_are_told_first_and_then_it_expires(town, ends_on):
    ends_on(date(2026, 3, 5))
    numbers = placed(town)
    town.days(4)
    assert "need-before-passed" in attention(town[LENDER], numbers[1])
    town.days(2)
    assert both(town, numbers) == ("PENDING", "IN_PROCESS")
    town.days(1)
    assert both(town, numbers) == ("NOT_SUPPLIED", "NOT_SUPPLIED")
    assert [event for event, _ in history(town[LENDER])][-2:] == ["EXPIRY", "expire"]
    assert kinds(town[LENDER]) == ["EXPIRED"]
    assert attention(town[BORROWER], numbers[0]) == ("end-of-rota",)


@pytest.mark.parametrize(
    ("steps", "switches", "policy"),
    [
        (((LENDER, "will-supply", {}),), {}, {}),
        (SHIPPED[:1], {}, {}),
        ((), {LENDER: {"manner": {"shipped": "LOCAL"}}}, {}),
        ((), {LENDER: {"manner": {"expired": "NOTICE"}}}, {}),
        ((), {}, {"expire_days": 0}),
    ],
    ids=["promised", "shipped", "shipped is not said", "expired is not said", "switched off"],
)
def test_it_does_not_expire_by_itself(make_town, ends_on, steps, switches, policy):
    town = make_town(Forgetful(), policy=Policy(**policy), switches=switches)
    ends_on(date(2026, 3, 5))
    numbers = placed(town)
    act(town, numbers, *steps)
    town.days(25)
    assert "EXPIRED" not in kinds(town[LENDER])
    assert state(town[LENDER], numbers[1]) != "NOT_SUPPLIED"


def test_weeks_down_staff_still_have_their_days(town, ends_on):
    ends_on(date(2026, 3, 5))
    numbers = placed(town)
    town.pass_time(days=30)
    assert "need-before-passed" in attention(town[LENDER], numbers[1])
    town.days(2)
    assert both(town, numbers)[1] == "IN_PROCESS"
    town.days(1)
    assert both(town, numbers) == ("NOT_SUPPLIED", "NOT_SUPPLIED")


@pytest.mark.parametrize("needed", [date(2026, 4, 20), date(2026, 3, 1)], ids=["longer", "over before"])
def test_a_request_ends_on_its_day_however_long_it_is_needed(town, monkeypatch, needed):
    """The earlier of the two that had not passed before."""
    real = new_transactions.wanted_of
    days = {"need_before": needed, "expiry": date(2026, 3, 5)}
    monkeypatch.setattr(new_transactions, "wanted_of", lambda *asked: replace(real(*asked), **days))
    numbers = placed(town)
    assert waits(town[LENDER])["NEED_BEFORE"].startswith("2026-03-06")
    town.days(7)
    assert both(town, numbers) == ("NOT_SUPPLIED", "NOT_SUPPLIED")


def conditional(town: Town, by: date) -> tuple[str, str]:
    numbers = placed(town)
    act(town, numbers, (LENDER, "conditional", {"reason": "charges", "on": by}))
    return numbers


def test_a_condition_that_nobody_answers_by_its_day(town):
    numbers = conditional(town, DUE)
    borrower, lender = town[BORROWER], town[LENDER]
    town.days((DUE - town.now.date()).days)
    assert attention(lender, numbers[1]) == ()
    town.days(1)
    assert attention(lender, numbers[1]) == ("no-answer",)
    assert both(town, numbers) == ("CONDITIONAL", "CONDITIONAL")
    town.days(3)
    assert both(town, numbers) == ("NOT_SUPPLIED", "NOT_SUPPLIED")
    assert "EXPIRED" in kinds(lender) and kinds(borrower) == ["ILL_REQUEST"]


def test_who_must_answer_a_condition_by_a_day_is_reminded_on_it(town):
    numbers = conditional(town, date(2026, 3, 5))
    town.days(2)
    assert "answer-late" not in attention(town[BORROWER], numbers[0])
    town.days(1)
    assert "answer-late" in attention(town[BORROWER], numbers[0])
    act(town, numbers, (BORROWER, "answer-condition", {"answer": True}))
    assert both(town, numbers) == ("PENDING", "IN_PROCESS")


def staff_letters(office: Office) -> int:
    query = "SELECT count(*) FROM intent WHERE kind = 'notice' AND body LIKE '%staff/%'"
    return int(office.asked(query)[0][0])


def test_staff_are_written_to_once(town):
    placed(town)
    town.post.dead = True
    days_of_clocks(town, 200)
    assert staff_letters(town[BORROWER]) == 1
