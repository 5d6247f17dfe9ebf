"""Compare a reported status with ours: which message of theirs did we miss?

A status report changes no state. If the message behind their state would still change ours, staff are told
how to record it; if our message never reached them, to send it again.
"""

from collections.abc import Mapping

from mailproc.ill import machine
from mailproc.ill.apdu import Report
from mailproc.ill.machine import CellKind
from mailproc.ill.terms import Role, Service, State
from mailproc.ill.transaction_state import TransactionState

_LENDERS: Mapping[State, tuple[str, str]] = {
    State.CONDITIONAL: ("ANSWER.conditional", "conditional"),
    State.NOT_SUPPLIED: ("ANSWER.unfilled", "unfilled"),
    State.CANCELLED: ("CANCEL_REPLY.yes", "cancel-reply --answer yes"),
    State.FORWARD: ("FORWARD_NOTIFICATION", "forward"),
    State.SHIPPED: ("SHIPPED", "ship"),
    State.OVERDUE: ("OVERDUE", "overdue"),
    State.RENEW_OVERDUE: ("OVERDUE", "overdue"),
    State.RECALL: ("RECALL", "recall"),
    State.CHECKED_IN: ("CHECKED_IN", "check-in"),
    State.LOST: ("LOST", "lost"),
}
_BORROWERS: Mapping[State, tuple[str, str]] = {
    State.CANCEL_PENDING: ("CANCEL", "cancel"),
    State.NOT_SUPPLIED: ("COND_REPLY.no", "answer-condition --answer no"),
    State.RECEIVED: ("RECEIVED", "receive"),
    State.OVERDUE: ("RECEIVED", "receive"),
    State.RENEW_PENDING: ("RENEW", "renew"),
    State.RENEW_OVERDUE: ("RENEW", "renew"),
    State.RETURNED: ("RETURNED", "return"),
    State.LOST: ("LOST", "lost"),
}
"""For each state that the other side reports: its message, and the action by which staff record it."""

_OUT = (
    State.SHIPPED, State.RECEIVED, State.NOT_RECEIVED_OVERDUE, State.OVERDUE, State.RECALL,
    State.RENEW_PENDING, State.RENEW_OVERDUE,
)  # fmt: skip
_UNHEARD: Mapping[tuple[Role, State, State], str] = {
    **{(Role.RESPONDER, State.CHECKED_IN, out): "check-in" for out in _OUT},
    (Role.REQUESTER, State.CANCEL_PENDING, State.IN_PROCESS): "cancel",
    (Role.RESPONDER, State.CONDITIONAL, State.PENDING): "conditional",
    (Role.RESPONDER, State.RECALL, State.RECEIVED): "recall",
    (Role.RESPONDER, State.NOT_SUPPLIED, State.PENDING): "unfilled",
    (Role.RESPONDER, State.SHIPPED, State.PENDING): "ship",
}
"""By our role, our state and theirs: the action of ours that did not reach them."""


def told(ours: TransactionState, report: Report | None) -> str:
    """Return what a report says, for the history: the difference (or the status), or the error."""
    if report is None:
        return ""
    if report.kind == "status":
        state = report.current_state or report.reason_no_report
        return difference(ours, report.current_state) or (f"they say {state}" if state else "")
    about = " in ".join(part for part in (report.apdu_type, report.current_state) if part)
    parts = (report.problem, f"({about})" if about else "", report.detail, report.correlation)
    return " ".join(part for part in parts if part)


def difference(ours: TransactionState, theirs: str | None) -> str:
    """Return what staff should do, as a sentence; '' if both views agree. ``theirs``: a State's name."""
    if theirs is None or theirs not in State.__members__:
        return ""
    state = State[theirs]
    if state is State.UNKNOWN:
        asked = ours.role is Role.REQUESTER and ours.state is State.PENDING
        again = "; say it again with: request --repeat" if asked else ""
        return f"they do not know this transaction{again}"
    if unheard := _unheard(ours, state):
        return f"they say {theirs}: what we said did not reach them; say it again with: {unheard} --repeat"
    letters = _LENDERS if ours.role is Role.REQUESTER else _BORROWERS
    event, act = letters.get(state, ("", ""))
    if not event or not _would_move(ours, event):
        return ""
    return f"they say {theirs}: if that is so, record it with: {act} --heard-by portal"


def _unheard(ours: TransactionState, theirs: State) -> str:
    if ours.role is Role.REQUESTER and theirs is State.CONDITIONAL and ours.agreed:
        return "answer-condition" if ours.state is State.PENDING else ""
    return _UNHEARD.get((ours.role, ours.state, theirs), "")


def _would_move(ours: TransactionState, event: str) -> bool:
    loan = Service.LOAN if ours.service is Service.LOAN else Service.COPY
    cell = machine.next_state(ours.role, loan, ours.state, ours.state_before, event)
    return cell.attention or (cell.kind is CellKind.BECOMES and cell.state is not ours.state)
