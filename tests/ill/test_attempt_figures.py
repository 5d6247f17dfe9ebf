"""The figures of an attempt as a function of its history, for histories that stories rarely have."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailproc.ill.attempt_figures import AttemptFigures, Leg, Outcome, Passage, figures_of, is_over
from mailproc.ill.machine import TABLES, is_final
from mailproc.ill.terms import Role, Service, State
from mailproc.ill.transaction_state import TransactionState

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
S = State
HOUR = 3600

Line = tuple[Any, ...]


def told(
    *lines: Line, role: Role = Role.REQUESTER, service: Service = Service.LOAN, **more: Any
) -> AttemptFigures | None:
    """``lines``: event, state after it, then its facts and its message; an hour lies between two."""
    before, passages = S.IDLE, []
    for hour, (event, after, *beside) in enumerate(lines):
        facts, apdu = (*beside, None, None)[:2]
        passages.append(Passage(BEGIN + timedelta(hours=hour), event, before, after, hour + 1, facts, apdu))
        before = after
    wished_at = BEGIN - timedelta(hours=5)
    return figures_of(passages, TransactionState(role, service, before, **more), wished_at)


def ended(figures: AttemptFigures | None) -> AttemptFigures:
    assert figures is not None
    return figures


ASKED, SENT = ("request", S.PENDING), ("SHIPPED", S.SHIPPED)
HERE, BACK = ("receive", S.RECEIVED), ("return", S.RETURNED)


def test_nothing_of_what_is_open() -> None:
    assert told() is None
    for lines in ([ASKED], [ASKED, SENT], [ASKED, SENT, HERE]):
        assert told(*lines) is None


def test_a_copy_is_over_when_it_is_here() -> None:
    figures = ended(told(ASKED, ("ANSWER.promise", S.PENDING), SENT, HERE, service=Service.COPY))
    assert figures.outcome == Outcome.FILLED
    assert figures.legs == {
        Leg.ASKED_TO_ANSWERED: HOUR, Leg.ASKED_TO_SHIPPED: 2 * HOUR, Leg.SHIPPED_TO_RECEIVED: HOUR,
        Leg.WISH_TO_ITEM: 8 * HOUR,
    }  # fmt: skip


def test_what_was_undone_was_not() -> None:
    lines = [ASKED, SENT, ("UNDONE", S.PENDING, {"undone": 2}), ("EXPIRED", S.NOT_SUPPLIED)]
    figures = ended(told(*lines))
    assert (figures.outcome, figures.legs) == (Outcome.EXPIRED, {})
    assert figures.ended_at == BEGIN + timedelta(hours=3)


def test_the_right_item_after_a_wrong_one() -> None:
    wrong = ("receive", S.RECEIVED, {"wrong": True})
    figures = ended(told(ASKED, SENT, wrong, BACK, SENT, HERE, BACK))
    assert figures.outcome == Outcome.FILLED
    assert figures.legs[Leg.ASKED_TO_SHIPPED] == 4 * HOUR
    assert figures.legs[Leg.WISH_TO_ITEM] == 10 * HOUR
    assert figures.legs[Leg.RECEIVED_TO_RETURNED] == HOUR
    unannounced = ended(told(ASKED, SENT, wrong, BACK, HERE, BACK))
    assert Leg.SHIPPED_TO_RECEIVED not in unannounced.legs
    assert unannounced.legs[Leg.WISH_TO_ITEM] == 9 * HOUR


def test_a_wrong_item_is_none() -> None:
    wrong = ("receive", S.RECEIVED, {"wrong": True})
    figures = ended(told(ASKED, SENT, wrong, BACK, flaw="wrong"))
    assert (figures.outcome, figures.reason) == (Outcome.WRONG, "wrong")
    assert Leg.WISH_TO_ITEM not in figures.legs


def test_a_copy_that_comes_in_two_parts_is_here_with_the_second() -> None:
    lines = [ASKED, SENT, ("receive", S.RECEIVED, {"partial": True}), ("receive", S.RECEIVED)]
    assert ended(told(*lines, service=Service.COPY)).legs[Leg.SHIPPED_TO_RECEIVED] == 2 * HOUR


def test_a_repeat_is_no_second_receipt() -> None:
    lines = [ASKED, SENT, HERE, ("receive", S.RECEIVED, {"again": True}), BACK]
    assert ended(told(*lines)).legs[Leg.RECEIVED_TO_RETURNED] == 2 * HOUR


def test_a_shipped_that_is_late_has_no_leg_that_ends_before_it_begins() -> None:
    figures = ended(told(ASKED, HERE, ("SHIPPED", S.RECEIVED), BACK))
    assert set(figures.legs) == {Leg.RECEIVED_TO_RETURNED, Leg.WISH_TO_ITEM}


@pytest.mark.parametrize("fact", ["old_responder", "repeat", "delivered_again"])
def test_what_does_not_count_for_the_state_does_not_count_here(fact: str) -> None:
    lines = [ASKED, ("ANSWER.promise", S.PENDING, {fact: True}), SENT, HERE, BACK]
    assert ended(told(*lines)).legs[Leg.ASKED_TO_ANSWERED] == 2 * HOUR


def test_what_the_other_side_cannot_say_does_not_count() -> None:
    lines = [("ILL_REQUEST", S.IN_PROCESS), ("SHIPPED", S.IN_PROCESS), ("ship", S.SHIPPED)]
    figures = ended(told(*lines, ("RETURNED", S.SHIPPED), role=Role.RESPONDER, service=Service.COPY))
    assert figures.legs == {Leg.ASKED_TO_ANSWERED: 2 * HOUR, Leg.ASKED_TO_SHIPPED: 2 * HOUR}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"results": "UNFILLED", "reason": "not-owned"}, "not-owned"),
        ({"results": "UNFILLED", "reason": "other", "reply_code": "not*x "}, "NOT*X"),
        ({"results": "UNFILLED", "reply_code": "DES"}, "DES"),
        ({"results": "UNFILLED", "reason": 99}, "99"),
        ({"results": "UNFILLED"}, ""),
        ({"results": "RETRY"}, "retry"),
        ({"results": "LOCATIONS_PROVIDED"}, "locations-provided"),
        ({"results": "RETRY", "reason": "in-use-on-loan"}, "in-use-on-loan"),
        ({"results": "UNFILLED", "reply_code": "x" * 5000}, "x" * 100),
    ],
)
def test_why_not(answer: dict[str, Any], reason: str) -> None:
    line = ("ANSWER.unfilled", S.NOT_SUPPLIED, None, {"type": "ILL_ANSWER", **answer})
    figures = ended(told(ASKED, line))
    assert (figures.outcome, figures.reason) == (Outcome.UNFILLED, reason)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (("condition-no", S.NOT_SUPPLIED), (Outcome.UNFILLED, "condition-declined")),
        (("ANSWER.unfilled", S.NOT_SUPPLIED, {"we_cancelled": True}), (Outcome.CANCELLED, "")),
        (("CANCEL_REPLY.yes", S.CANCELLED), (Outcome.CANCELLED, "")),
        (("LOST", S.LOST), (Outcome.LOST, "")),
        (("CHECKED_IN", S.RETURNED), (Outcome.FILLED, "")),
    ],
)
def test_how_it_ended(line: Line, outcome: tuple[Outcome, str]) -> None:
    figures = ended(told(ASKED, line))
    assert (figures.outcome, figures.reason) == outcome


def test_what_staff_close_ends_there_and_what_was_over_ended_before() -> None:
    closed = ended(told(ASKED, SENT, ("close", S.SHIPPED), closed=True))
    assert (closed.outcome, closed.ended_at) == (Outcome.CLOSED, BEGIN + timedelta(hours=2))
    before = ended(told(ASKED, SENT, HERE, BACK, ("close", S.RETURNED), closed=True))
    assert (before.outcome, before.ended_at) == (Outcome.FILLED, BEGIN + timedelta(hours=3))


def test_every_final_state_is_an_end() -> None:
    """What the tables offer nothing more in is over; a loan that was sent back too, and a lost book."""
    for role, tables in TABLES.items():
        for service, table in tables.items():
            final = {state for state in table if is_final(role, service, state)}
            over = {state for state in table if is_over(TransactionState(role, service, state))}
            assert final <= over, (role, service)
