"""What is plain to do: staff who answer what stands to be answered and handle what lies there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mailproc.ill.terms import State

from .office import Office

S = State
Acts = Iterator[tuple[str, dict[str, Any]]]

NOT_YET = (
    S.PENDING, S.CONDITIONAL, S.CANCEL_PENDING, S.NOT_SUPPLIED, S.CANCELLED, S.SHIPPED,
    S.NOT_RECEIVED_OVERDUE,
)  # fmt: skip
"""Where the borrower's program does not know yet that the book is there."""

SILENT = {"no-answer": "request", "cancel-silent": "cancel", "renewal-silent": "renew"}
"""The borrower's attention, and the question that is asked again."""


@dataclass(frozen=True)
class Side:
    office: Office
    number: str
    borrows: bool


def plain(side: Side, place: str) -> Acts:
    """The acts that suggest themselves, with their particulars. ``place``: where the book is."""
    shown = side.office.shown(side.number)
    state, can = S[shown.line.state], set(shown.actions)
    attention = set(shown.line.attention)
    today = side.office.house.premises.today()
    if side.borrows:
        yield from _borrower(state, can, attention, place)
    else:
        due = today + timedelta(days=28)
        yield from _lender(state, can, attention, place, due)


def _borrower(state: S, can: set[str], attention: set[str], place: str) -> Acts:
    if "answer-condition" in can:
        yield "answer-condition", {"answer": True}
    elif place == "OUT" and "receive" in can and state in NOT_YET:
        yield "receive", {}
    elif place == "OUT" and "return" in can:
        yield "return", {}
    elif place == "GONE" and "lost" in can:
        yield "lost", {}
    else:
        for reason in attention & set(SILENT):
            yield SILENT[reason], {"repeat": True}


def _lender(state: S, can: set[str], attention: set[str], place: str, due: Any) -> Acts:
    if "cancel-reply" in can:
        yield "cancel-reply", {"answer": place == "HOME"}
    elif place == "BACK" and "check-in" in can:
        yield "check-in", {}
    elif "renew-reply" in can and state in (S.RENEW_PENDING, S.RENEW_OVERDUE):
        yield "renew-reply", {"answer": False}
    elif state is S.IN_PROCESS:
        yield "ship", {"on": due}
    elif state is S.CONDITIONAL and attention and place == "HOME":
        yield "unfilled", {"reason": "other"}
    elif "not-back" in attention:
        yield "query", {}
