"""The headline of a request is never less exact than the history below it."""

from datetime import date

import pytest

from mailproc.ill.status import OF_STATE, RequestStatus, Term, status
from mailproc.ill.terms import State

PENDING, GONE = State.PENDING, State.NOT_SUPPLIED
HOLD = {"what": "HOLD_PLACED", "position": 2}
WILL = {"what": "WILL_SUPPLY", "date": "2026-04-01"}
CASES = {
    "asked": (status(PENDING), RequestStatus(Term.REQUESTED)),
    "a waiting list": (status(PENDING, promise=HOLD), RequestStatus(Term.HOLD_PLACED, position=2)),
    "a waiting list of ours": (
        status(State.IN_PROCESS, promise={"what": "HOLD_PLACED"}), RequestStatus(Term.HOLD_PLACED)
    ),
    "promised": (status(PENDING, promise=WILL), RequestStatus(Term.WILL_SUPPLY, on=date(2026, 4, 1))),
    "promised, then sent": (status(State.SHIPPED, promise=WILL), RequestStatus(Term.SHIPPED)),
    "passed on": (status(PENDING, forwarded=True), RequestStatus(Term.FORWARDED)),
    "passed on, then promised": (
        status(PENDING, promise=WILL, forwarded=True), RequestStatus(Term.WILL_SUPPLY, on=date(2026, 4, 1))
    ),
    "refused": (
        status(GONE, moved="ANSWER.unfilled", apdu={"reason": "at-bindery"}),
        RequestStatus(Term.UNFILLED, reason="at-bindery"),
    ),
    "refused, no reason": (status(GONE, moved="ANSWER.unfilled", apdu={}), RequestStatus(Term.UNFILLED)),
    "later": (status(GONE, moved="RETRY"), RequestStatus(Term.RETRY)),
    "later, by us": (status(GONE, moved="answer-retry"), RequestStatus(Term.RETRY)),
    "elsewhere": (status(GONE, moved="LOCATIONS_PROVIDED"), RequestStatus(Term.LOCATIONS_PROVIDED)),
    "a price": (status(GONE, moved="ESTIMATE"), RequestStatus(Term.ESTIMATE)),
    "run out": (status(GONE, moved="EXPIRED"), RequestStatus(Term.EXPIRED)),
    "come back": (status(GONE, moved="BOUNCED"), RequestStatus(Term.UNFILLED, reason="BOUNCED")),
    "declined": (status(GONE, moved="condition-no"), RequestStatus(Term.UNFILLED, reason="condition-no")),
    "a condition": (
        status(State.CONDITIONAL, apdu={"conditions": [{"condition": "library-use-only"}]}),
        RequestStatus(Term.CONDITIONAL, reason="library-use-only"),
    ),
    "a condition without words": (status(State.CONDITIONAL, apdu={}), RequestStatus(Term.CONDITIONAL)),
    "off the lists": (status(State.LOST, closed=True), RequestStatus(Term.LOST, closed=True)),
}  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), CASES.values(), ids=CASES)
def test_a_status_says_what_was_said_last(found: RequestStatus, expected: RequestStatus) -> None:
    assert found == expected


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_term(state: State) -> None:
    assert status(state).term is OF_STATE[state]
