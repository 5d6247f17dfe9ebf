"""How acts of staff and what the clock says are named in the state tables, and beside them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from mailproc.errors import LocalFault
from mailproc.ill.terms import Role


class Timer(StrEnum):
    """What falls due while nobody writes: events beside the tables, they move no state."""

    UNANSWERED = "UNANSWERED"  # they have not answered
    NEED_BEFORE = "NEED_BEFORE"  # the day until which it was wanted has passed
    DUE_SOON = "DUE_SOON"  # the reader is reminded
    READER_OVERDUE = "READER_OVERDUE"  # the reader has not brought it back
    READER_RECALLED = "READER_RECALLED"  # the lender wants it back, and the reader has not brought it
    RENEWAL_SILENT = "RENEWAL_SILENT"  # a renewal was asked or announced, and nothing came
    CANCEL_SILENT = "CANCEL_SILENT"  # we asked to stop it, and nothing came
    LOAN_OVERDUE = "LOAN_OVERDUE"  # we lent it and it is not back
    TO_ANSWER = "TO_ANSWER"  # they asked us, and we have not answered
    PROMISE_DUE = "PROMISE_DUE"  # the day for which we promised it has come
    REFUSAL_UNHEARD = "REFUSAL_UNHEARD"  # we declined their condition, and nothing came
    DUE_UNHEARD = "DUE_UNHEARD"  # the due date has passed, and the lender says nothing
    RETURN_UNHEARD = "RETURN_UNHEARD"  # we sent it back, and they do not say that it is home
    LOAN_RECALLED = "LOAN_RECALLED"  # we want it back, and it is not back
    SENT_BACK = "SENT_BACK"  # they said that they sent it back, and nobody here has seen it
    EXPIRY = "EXPIRY"  # their request ends, and staff have had their days


TIMERS = frozenset(kind.value for kind in Timer)


# The acts that need a yes or no, and the first half of their event's name.
_ASKED = {"answer-condition": "condition", "cancel-reply": "cancel", "renew-reply": "renew"}

# The acts that the tables know by another name.
_SAME = {
    "will-supply": "promise",
    "hold": "promise",
    "answer-retry": "unfilled",
    "locations": "unfilled",
    "estimate": "unfilled",
}


def _events(*actions: str) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(
        {
            action: (f"{_ASKED[action]}-yes", f"{_ASKED[action]}-no")
            if action in _ASKED
            else (_SAME.get(action, action),)
            for action in actions
        }
    )


ACTIONS: Mapping[Role, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Role.REQUESTER: _events(
            "answer-condition", "receive", "return", "renew", "cancel",
            "lost", "damaged", "message", "query", "close",
        ),
        Role.RESPONDER: _events(
            "cancel-reply", "ship", "will-supply", "hold", "conditional", "unfilled", "answer-retry",
            "locations", "estimate", "forward", "check-in", "renew-reply", "overdue", "recall",
            "lost", "damaged", "message", "query", "close",
        ),
    }
)  # fmt: skip
"""What staff of each side can do, in the order in which a librarian would look for it, and
the events that an act may be."""

# A request is placed by a verb of its own and only repeated as an act; a timer expires.
_SAYABLE = (*dict.fromkeys(action for acts in ACTIONS.values() for action in acts), "request", "expire")


def event_said(action: str, answer: bool | None = None) -> str:
    """The row of an act of ours.

    LocalFault names the choices where there is no such act, or where it needs a yes or no
    and has none.
    """
    if action not in _SAYABLE:
        raise LocalFault(f"There is no act {action!r}; there are: {', '.join(_SAYABLE)}.", _SAYABLE)
    if action not in _ASKED:
        return _SAME.get(action, action)
    if answer is None:
        raise LocalFault(f"{action} needs an answer: yes or no.", ("yes", "no"))
    return f"{_ASKED[action]}-{_word(answer)}"


def _word(answer: bool) -> str:
    return "yes" if answer else "no"
