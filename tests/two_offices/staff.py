"""What is plain to do: staff who answer what stands to be answered and handle what lies there.

Where the program asks for a human because the other side is silent, or sees it differently, they
ask again by letter; the second time they telephone, and record what they are told.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mailproc.ill.terms import State

S = State
Acts = Iterator[tuple[str, dict[str, Any]]]

NOT_YET = (
    S.PENDING, S.CONDITIONAL, S.CANCEL_PENDING, S.NOT_SUPPLIED, S.CANCELLED, S.SHIPPED,
    S.NOT_RECEIVED_OVERDUE,
)  # fmt: skip
"""Where the borrower's program does not know yet that the book is there."""
RENEWAL = (S.RENEW_PENDING, S.RENEW_OVERDUE)

ASK_AGAIN: dict[str, tuple[str, dict[str, Any]]] = {
    "no-answer": ("request", {"repeat": True}),
    "cancel-silent": ("cancel", {"repeat": True}),
    "renewal-silent": ("renew", {"repeat": True}),
    "lender-silent": ("query", {}),
    "not-back": ("query", {}),
    "state-differs": ("query", {}),
    "error-report": ("query", {}),
}
"""By the attention that calls for it, what a borrower's or a lender's staff say once more."""

TOLD: dict[S, tuple[str, dict[str, Any]]] = {
    S.NOT_SUPPLIED: ("unfilled", {"reason": "other"}), S.CONDITIONAL: ("conditional", {"condition": "other"}),
    S.SHIPPED: ("ship", {}), S.OVERDUE: ("overdue", {}), S.RECALL: ("recall", {}),
    S.CHECKED_IN: ("check-in", {}), S.LOST: ("lost", {}), S.RECEIVED: ("receive", {}),
    S.RETURNED: ("return", {}),
}  # fmt: skip
"""By the state that the other side names on the telephone, what is then recorded as heard."""


@dataclass(frozen=True)
class Desk:
    """One side of a conversation as its staff see it. ``asked``: how often they have asked again."""

    borrows: bool
    state: S
    can: Set[str]
    attention: Set[str]
    place: str
    others_state: S
    asked: int
    today: date


def plain(desk: Desk) -> Acts:
    """The acts that suggest themselves, with their particulars."""
    hands = list(_borrower(desk) if desk.borrows else _lender(desk))
    yield from hands
    if not hands:
        yield from _silence(desk)


def _borrower(desk: Desk) -> Acts:
    if "answer-condition" in desk.can:
        yield "answer-condition", {"answer": True}
    elif desk.place == "OUT" and "receive" in desk.can and desk.state in NOT_YET:
        yield "receive", {}
    elif desk.place == "OUT" and "return" in desk.can:
        yield "return", {}
    elif "recalled" in desk.attention and desk.place in ("BACK", "HOME"):
        yield "return", {}  # it went home unticked
    elif desk.place == "GONE" and "lost" in desk.can:
        yield "lost", {}


def _lender(desk: Desk) -> Acts:
    if "cancel-reply" in desk.can:
        yield "cancel-reply", {"answer": desk.place == "HOME"}
    elif desk.place == "BACK" and "check-in" in desk.can:
        yield "check-in", {}
    elif desk.state in RENEWAL:
        yield "renew-reply", {"answer": False}
    elif desk.state is S.IN_PROCESS:
        yield "ship", {"on": desk.today + timedelta(days=28)}
    elif desk.state is S.CONDITIONAL and desk.attention and desk.place == "HOME":
        yield "unfilled", {"reason": "other"}
    elif desk.state is S.CONDITIONAL and desk.attention:  # it left, and nobody ticked it
        yield "answer-condition", {"answer": True, "heard_by": "phone"}


def _silence(desk: Desk) -> Acts:
    if desk.state is S.CHECKED_IN and "state-differs" in desk.attention:
        yield "check-in", {"repeat": True}
        return
    reasons = sorted(desk.attention & set(ASK_AGAIN))
    if not reasons:
        return
    if not desk.asked:
        yield ASK_AGAIN[reasons[0]]
    elif told := _told(desk):
        action, particulars = told
        yield action, particulars | {"heard_by": "phone"}


def _told(desk: Desk) -> tuple[str, dict[str, Any]] | None:
    there = desk.others_state
    if desk.state is S.CANCEL_PENDING and there in (S.IDLE, S.CANCELLED):
        return "cancel-reply", {"answer": True}
    if desk.borrows and desk.state in RENEWAL and there in (S.SHIPPED, S.OVERDUE):
        return "renew-reply", {"answer": False}
    if desk.state is S.CONDITIONAL and there is S.NOT_SUPPLIED and not desk.borrows:
        return "answer-condition", {"answer": False}
    return TOLD.get(there)
