"""The status of a request in the terms of ISO 10161-1: a headline as exact as the history below it.

The standard's states say less than its answers: a transaction on a waiting list is PENDING, one whose answer
was "ask again later" is NOT-SUPPLIED.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailproc.ill.actions import SAID_BESIDE
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.facts import Promise
from mailproc.ill.refusal_reason import refusal_reason
from mailproc.ill.terms import State
from mailproc.sentence import Word


class Term(StrEnum):
    """The codes of a status; a language has a word for each."""

    TO_REVIEW = "TO_REVIEW"
    DECLINED = "DECLINED"
    NOT_SENT = "NOT_SENT"
    REQUESTED = "REQUESTED"
    IN_PROCESS = "IN_PROCESS"
    FORWARDED = "FORWARDED"
    WILL_SUPPLY = "WILL_SUPPLY"
    HOLD_PLACED = "HOLD_PLACED"
    CONDITIONAL = "CONDITIONAL"
    UNFILLED = "UNFILLED"
    RETRY = "RETRY"
    LOCATIONS_PROVIDED = "LOCATIONS_PROVIDED"
    ESTIMATE = "ESTIMATE"
    EXPIRED = "EXPIRED"
    CANCEL_REQUESTED = "CANCEL_REQUESTED"
    CANCELLED = "CANCELLED"
    SHIPPED = "SHIPPED"
    RECEIVED = "RECEIVED"
    RENEWAL_REQUESTED = "RENEWAL_REQUESTED"
    OVERDUE = "OVERDUE"
    OVERDUE_NOT_RECEIVED = "OVERDUE_NOT_RECEIVED"
    OVERDUE_RENEWAL_REQUESTED = "OVERDUE_RENEWAL_REQUESTED"
    RECALLED = "RECALLED"
    RETURNED = "RETURNED"
    CHECKED_IN = "CHECKED_IN"
    LOST = "LOST"
    UNKNOWN = "UNKNOWN"


OF_STATE: Mapping[State, Term] = {
    State.SHELVED_CANCEL: Term.CANCELLED,
    State.IDLE: Term.NOT_SENT,
    State.NOT_SUPPLIED: Term.UNFILLED,
    State.PENDING: Term.REQUESTED,
    State.IN_PROCESS: Term.IN_PROCESS,
    State.FORWARD: Term.FORWARDED,
    State.CONDITIONAL: Term.CONDITIONAL,
    State.CANCEL_PENDING: Term.CANCEL_REQUESTED,
    State.CANCELLED: Term.CANCELLED,
    State.SHIPPED: Term.SHIPPED,
    State.RECEIVED: Term.RECEIVED,
    State.RENEW_PENDING: Term.RENEWAL_REQUESTED,
    State.NOT_RECEIVED_OVERDUE: Term.OVERDUE_NOT_RECEIVED,
    State.RENEW_OVERDUE: Term.OVERDUE_RENEWAL_REQUESTED,
    State.OVERDUE: Term.OVERDUE,
    State.RETURNED: Term.RETURNED,
    State.CHECKED_IN: Term.CHECKED_IN,
    State.RECALL: Term.RECALLED,
    State.LOST: Term.LOST,
    State.UNKNOWN: Term.UNKNOWN,
}


def term_word(state: State | str) -> Word:
    """Return a state, or its name, as a value of a sentence."""
    return Word("terms", OF_STATE[State[state] if isinstance(state, str) else state])


_ENDED_BY: Mapping[str, Term] = {
    **{said: Term(results) for results, act in SAID_BESIDE.items() for said in (results.name, act)},
    "EXPIRED": Term.EXPIRED,
    "expire": Term.EXPIRED,
}
"""The term for the event that ended an attempt, by ``event_names.spoken``."""

_SAYS_NO_MORE = ("", "ANSWER.unfilled", "unfilled")
_WAITS_FOR_SUPPLY = (State.PENDING, State.IN_PROCESS)


@dataclass(frozen=True)
class RequestStatus:
    """``position`` on a waiting list; ``on``: the promised day, or that of asking again.

    ``closed``: staff closed it. ``reason``: why it is unfilled, or the condition: the standard's name, or the
    event that ended the attempt.
    """

    term: Term
    position: int | None = None
    on: date | None = None
    reason: str = ""
    closed: bool = False


def status(
    state: State,
    *,
    promise: Promise | None = None,
    moved: str = "",
    apdu: ApduJson | None = None,
    forwarded: bool = False,
    closed: bool = False,
) -> RequestStatus:
    """Return the status.

    ``promise``: the transaction's; ``moved``: the event that led to the state (``event_names.spoken``) and
    its ``apdu`` as JSON; ``forwarded``: a library that is not in config.toml has it now.
    """
    said: ApduJson = apdu or {}
    if state in _WAITS_FOR_SUPPLY and promise:
        day = _day(promise.get("date"))
        return RequestStatus(Term(promise["what"]), promise.get("position"), day, closed=closed)
    if state is State.NOT_SUPPLIED:
        term = _ENDED_BY.get(moved, Term.UNFILLED)
        other = moved if term is Term.UNFILLED and moved not in _SAYS_NO_MORE else ""
        why = refusal_reason(said.get("reason"), said.get("reply_code"))
        again = _day(said.get("retry_on")) if term is Term.RETRY else None
        return RequestStatus(term, on=again, reason=why or other, closed=closed)
    if state is State.CONDITIONAL:
        conditions = said.get("conditions") or [{}]
        return RequestStatus(Term.CONDITIONAL, reason=conditions[0].get("condition") or "", closed=closed)
    if state is State.PENDING and forwarded:
        return RequestStatus(Term.FORWARDED, closed=closed)
    return RequestStatus(OF_STATE[state], closed=closed)


def _day(on: str | None) -> date | None:
    return date.fromisoformat(on) if on else None
