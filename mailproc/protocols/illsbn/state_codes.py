"""The hub's codes of states: which message makes each, and which state of the standard it is.

A code comes where a message was lost, or where people have changed a state in the hub's pages. So it is read
as the message that makes it; the state tables decide whether that may follow.
"""

from typing import NamedTuple

from mailproc.ill.terms import ApduType, Results, Role, State

_BORROWER, _LENDER = Role.REQUESTER, Role.RESPONDER


class MadeBy(NamedTuple):
    """``type`` is None where no message makes the state. ``said_by``: who makes it."""

    said_by: Role
    type: ApduType | None
    states: tuple[State, State]
    results: Results | None = None
    answer: bool | None = None


def _both(state: State) -> tuple[State, State]:
    return state, state


_WAITS = (State.PENDING, State.IN_PROCESS)
_ON_LOAN = (State.RECEIVED, State.SHIPPED)

STATES: dict[str, MadeBy] = {
    "F100": MadeBy(_BORROWER, None, _both(State.IDLE)),
    "F111": MadeBy(_BORROWER, None, _both(State.IDLE)),
    "F118": MadeBy(_BORROWER, ApduType.ILL_REQUEST, _WAITS),
    "F1211": MadeBy(_LENDER, ApduType.ILL_ANSWER, _both(State.CONDITIONAL), Results.CONDITIONAL),
    "F113A": MadeBy(_BORROWER, ApduType.CONDITIONAL_REPLY, _both(State.NOT_SUPPLIED), answer=False),
    "F113B": MadeBy(_BORROWER, ApduType.CONDITIONAL_REPLY, _WAITS, answer=True),
    "F1214": MadeBy(_LENDER, ApduType.ILL_ANSWER, _WAITS, Results.WILL_SUPPLY),
    "F1215": MadeBy(_LENDER, ApduType.ILL_ANSWER, _WAITS, Results.HOLD_PLACED),
    "F1212": MadeBy(_LENDER, ApduType.ILL_ANSWER, _both(State.NOT_SUPPLIED), Results.UNFILLED),
    "F1213": MadeBy(_LENDER, ApduType.ILL_ANSWER, _both(State.NOT_SUPPLIED), Results.LOCATIONS_PROVIDED),
    "F127A": MadeBy(_LENDER, ApduType.ILL_ANSWER, _both(State.NOT_SUPPLIED), Results.ESTIMATE),
    "F1218": MadeBy(_LENDER, ApduType.EXPIRED, _both(State.NOT_SUPPLIED)),
    "F112A": MadeBy(_BORROWER, ApduType.CANCEL, _both(State.CANCEL_PENDING)),
    "F1220": MadeBy(_LENDER, ApduType.CANCEL_REPLY, _WAITS, answer=False),
    "F1221": MadeBy(_LENDER, ApduType.CANCEL_REPLY, _both(State.CANCELLED), answer=True),
    "F127": MadeBy(_LENDER, ApduType.SHIPPED, _both(State.SHIPPED)),
    "F114": MadeBy(_BORROWER, ApduType.RECEIVED, _ON_LOAN),
    "F115": MadeBy(_BORROWER, ApduType.RENEW, _both(State.RENEW_PENDING)),
    "F129": MadeBy(_LENDER, ApduType.RENEW_ANSWER, _ON_LOAN, answer=True),
    "F12A": MadeBy(_LENDER, ApduType.RENEW_ANSWER, _ON_LOAN, answer=False),
    "F12D": MadeBy(_LENDER, ApduType.OVERDUE, _both(State.OVERDUE)),
    "F12E": MadeBy(_LENDER, ApduType.RECALL, _both(State.RECALL)),
    "F116": MadeBy(_BORROWER, ApduType.RETURNED, (State.RETURNED, State.SHIPPED)),
    "F128": MadeBy(_LENDER, ApduType.CHECKED_IN, (State.RETURNED, State.CHECKED_IN)),
    "F116A": MadeBy(_BORROWER, ApduType.LOST, _both(State.LOST)),
    "F116B": MadeBy(_BORROWER, ApduType.DAMAGED, _both(State.UNKNOWN)),
}
"""Codes that are not here have no known meaning. A damaged item leaves the state as it is."""


def state_of(code: str, role: Role | None) -> State:
    """Return the state of the standard for the side ``role``, None for the borrower's; else UNKNOWN."""
    made = STATES.get(code.upper())
    if made is None:
        return State.UNKNOWN
    return made.states[1 if role is Role.RESPONDER else 0]
