"""The right loan after another one came: that went back, and the lender sends what we had ordered."""

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.ill.message_content import WRONG
from mailproc.ill.terms import Role, State

if TYPE_CHECKING:
    from mailproc.ill.transaction_state import Occurrence, TransactionState


def may_come(role: Role, state: State, flaw: str) -> bool:
    """Return whether the lender has the wrong item back, so that the right one may still come."""
    return role is Role.REQUESTER and state is State.RETURNED and flaw == WRONG


def as_ordered(current: "TransactionState", occurrence: "Occurrence") -> "TransactionState":
    """Return it as it was before the wrong item came, if staff say that the right one is sent, or is here.

    A Shipped that comes by itself may be late word of the wrong one.
    """
    said = occurrence.event == "receive" or occurrence.facts.get("right_one")
    if not said or not may_come(current.role, current.state, current.flaw):
        return current
    return replace(current, state=State.PENDING, state_before=None, flaw="")
