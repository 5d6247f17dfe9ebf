"""Where a borrowed item is while it is here: on the hold shelf, with its reader, or brought back.

Staff say it; it moves no state and no lender hears of it, but a reader is reminded only of what they have.
"""

from mailproc.ill import loan_terms
from mailproc.ill.message_content import WRONG
from mailproc.ill.terms import State
from mailproc.ill.transaction_state import TransactionState

COLLECTED, BROUGHT_BACK = "collected", "brought-back"
WITH_READER = (State.RECEIVED, State.RENEW_PENDING, State.OVERDUE, State.RENEW_OVERDUE)
"""States in which a loan that has come is with its reader, or waits for them."""


def is_for_reader(current: TransactionState) -> bool:
    """Return whether the item that is here is with the reader, or waits for them."""
    return current.flaw != WRONG and current.whereabouts != BROUGHT_BACK


def reader_has(current: TransactionState, *, collected_said: bool) -> bool:
    """Return whether the reader has the item that is here.

    ``collected_said``: staff record what readers collect; otherwise it counts as collected when it came,
    unless it may be used in the library only.
    """
    stays_here = collected_said or loan_terms.in_library_only(current.loan_terms)
    return is_for_reader(current) and (current.whereabouts == COLLECTED or not stays_here)
