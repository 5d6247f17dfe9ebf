"""What statistics keep of an attempt at one library, once it is over. Pure: a function of its history.

A row names no reader, no title and no number, so it stays when a request is anonymised
(``store/figures_tables.py``). The step that ends an attempt writes its row, one that opens it again deletes
it, and ``verify`` computes it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.facts import Facts, is_said_before
from mailproc.ill.refusal_reason import refusal_reason
from mailproc.ill.terms import ApduType, Results, Role, Service, State
from mailproc.ill.transaction_state import CHARGE_NOTED, TransactionState


class Outcome(StrEnum):
    """How an attempt ended. ``WRONG``: another item came, or a part; ``CLOSED``: staff took it off the lists
    before it came to an end."""

    FILLED = "filled"
    UNFILLED = "unfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LOST = "lost"
    WRONG = "wrong"
    FORWARDED = "forwarded"
    CLOSED = "closed"


class Leg(StrEnum):
    """A part of the way, from one thing to the next. ``WISH_TO_ITEM``: of the whole request, where we borrow,
    from its entry until the item was here."""

    ASKED_TO_ANSWERED = "asked_to_answered"
    ASKED_TO_SHIPPED = "asked_to_shipped"
    SHIPPED_TO_RECEIVED = "shipped_to_received"
    RECEIVED_TO_RETURNED = "received_to_returned"
    RETURNED_TO_CHECKED_IN = "returned_to_checked_in"
    WISH_TO_ITEM = "wish_to_item"


@dataclass(frozen=True)
class Passage:
    """A line of an attempt's history: an event and what it did. ``apdu`` is needed of a refusal alone."""

    at: datetime
    event: str
    before: State
    after: State
    event_id: int
    facts: Facts | None = None
    apdu: ApduJson | None = None

    @property
    def moved(self) -> bool:
        return self.before is not self.after


@dataclass(frozen=True)
class AttemptFigures:
    """``reason``: of an unfilled one the standard's word or the lender's code, of a wrong one its flaw.

    ``legs``: seconds of those whose ends are both known.
    """

    outcome: Outcome
    reason: str
    asked_at: datetime
    ended_at: datetime
    legs: Mapping[Leg, int]


CONDITION_DECLINED = "condition-declined"
"""Reason of an attempt that ended as the borrower did not accept a condition."""
_ANSWERS = (
    "ANSWER.promise", "ANSWER.conditional", "ANSWER.unfilled", "SHIPPED",
    "promise", "conditional", "unfilled", "ship", "forward",
)  # fmt: skip
_HEARD = {
    Role.REQUESTER: ("ANSWER.promise", "ANSWER.conditional", "ANSWER.unfilled", "SHIPPED", "CHECKED_IN"),
    Role.RESPONDER: ("RECEIVED", "RETURNED"),
}
_UNANSWERED = (State.PENDING, State.IN_PROCESS, State.CONDITIONAL, State.CANCEL_PENDING)
_AFTER_THE_END = frozenset(
    {
        "SHIPPED", "RECEIVED", "RETURNED", "CHECKED_IN", "receive", "return", "check-in", "UNDONE",
        CHARGE_NOTED,
    }
)  # fmt: skip
_AT_HOME = (State.RETURNED, State.CHECKED_IN)


def is_over(attempt: TransactionState) -> bool:
    """Return whether the attempt is at an end: nothing more is expected of it, or staff have closed it."""
    if attempt.closed or attempt.state in (State.NOT_SUPPLIED, State.CANCELLED, State.LOST, State.FORWARD):
        return True
    return _is_supplied(attempt)


def _is_supplied(attempt: TransactionState) -> bool:
    copy = attempt.service is not Service.LOAN
    if attempt.role is Role.REQUESTER:
        return attempt.state is State.RETURNED or (copy and attempt.state is State.RECEIVED)
    return attempt.state is State.CHECKED_IN or (copy and attempt.state is State.SHIPPED)


def matters(event: str, *, moved: bool) -> bool:
    """Return whether an event can change the figures of an attempt that is over and stays so."""
    return moved or event in _AFTER_THE_END


def figures_of(
    passages: Sequence[Passage], attempt: TransactionState, wished_at: datetime
) -> AttemptFigures | None:
    """Return the figures of an attempt with this history, in order; None while it is not over.

    ``attempt``: as it stands after them; ``wished_at``: when its request was entered.
    """
    if not passages or not is_over(attempt):
        return None
    course = _followed([one for one in passages if _counts(one, attempt.role)])
    moving = course.moving or passages[0]
    ending = (course.closing or moving) if is_only_closed(attempt) else moving
    outcome, reason = _outcome(attempt, moving)
    return AttemptFigures(outcome, reason, passages[0].at, ending.at, _legs(course, attempt, wished_at))


def is_only_closed(attempt: TransactionState) -> bool:
    """Return whether it is over because staff took it off the lists, and for no other reason."""
    return not is_over(replace(attempt, closed=False))


def _counts(one: Passage, role: Role) -> bool:
    """Leave out what the other side cannot say, which moves nothing and is answered with an error."""
    return one.moved or one.event[:1].islower() or one.event in (*_HEARD[role], "UNDONE")


@dataclass
class _Course:
    """When what happened, as far as the history was read. ``moving``: what last changed the state;
    ``closing``: by which staff took it off the lists since."""

    asked_at: datetime
    answered_at: datetime | None = None
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    returned_at: datetime | None = None
    checked_in_at: datetime | None = None
    flawed: bool = False
    moving: Passage | None = None
    closing: Passage | None = None


def _followed(passages: Sequence[Passage]) -> _Course:
    """Read the history."""
    course = _Course(passages[0].at)
    for one in _without_undone(passages):
        if not is_said_before(one.facts):
            _follow(course, one)
    return course


def _without_undone(passages: Sequence[Passage]) -> Sequence[Passage]:
    """Leave out what was undone, with what followed from it, as if it had not been."""
    kept: list[Passage] = []
    for one in passages:
        if one.event != "UNDONE":
            kept.append(one)
            continue
        undone = (one.facts or {}).get("undone")
        places = [place for place, each in enumerate(kept) if each.event_id == undone]
        if places:
            del kept[places[0] :]
    return kept


def _follow(course: _Course, one: Passage) -> None:
    if one.moved:
        course.moving, course.closing = one, None
    elif one.event == "close":
        course.closing = one
    if course.answered_at is None and one.event in _ANSWERS and one.before in _UNANSWERED:
        course.answered_at = one.at
    _carry(course, one)


def _carry(course: _Course, one: Passage) -> None:
    """Follow the item on its way there and back."""
    match one.event:
        case "SHIPPED" | "ship" if one.moved and one.after is State.SHIPPED:
            _send_off(course, one.at)
            course.answered_at = course.answered_at or one.at
        case "receive":
            _receive(course, one)
        case "RECEIVED" if _is_out(one.after) and course.received_at is None:
            course.received_at = one.at
        case "return" | "RETURNED" if _is_out(one.after) and course.returned_at is None:
            course.returned_at = one.at
        case "check-in" | "CHECKED_IN" if one.after in _AT_HOME and course.checked_in_at is None:
            course.checked_in_at = one.at


def _send_off(course: _Course, shipped_at: datetime | None) -> None:
    """Begin the way again: an item that went before was not the right one."""
    course.shipped_at, course.flawed = shipped_at, False
    course.received_at = course.returned_at = course.checked_in_at = None


def _receive(course: _Course, one: Passage) -> None:
    """Take a receipt by staff; the first one counts, unless that item was not what had been asked for."""
    if one.before is State.RETURNED:  # the right item after the wrong one, of which no Shipped spoke
        _send_off(course, None)
    if course.received_at is None or course.flawed:
        facts = one.facts or {}
        course.received_at, course.flawed = one.at, bool(facts.get("wrong") or facts.get("partial"))


def _is_out(state: State) -> bool:
    return state.lent_out or state in _AT_HOME


def _outcome(attempt: TransactionState, ending: Passage) -> tuple[Outcome, str]:
    if attempt.state is State.NOT_SUPPLIED:
        return _not_supplied(ending)
    plain = {
        State.CANCELLED: Outcome.CANCELLED,
        State.LOST: Outcome.LOST,
        State.FORWARD: Outcome.FORWARDED,
    }
    if outcome := plain.get(attempt.state):
        return outcome, ""
    if attempt.flaw:
        return Outcome.WRONG, attempt.flaw
    return (Outcome.FILLED if _is_supplied(attempt) else Outcome.CLOSED), ""


def _not_supplied(ending: Passage) -> tuple[Outcome, str]:
    if (ending.facts or {}).get("we_cancelled"):
        return Outcome.CANCELLED, ""
    if ending.event in ("EXPIRED", "expire"):
        return Outcome.EXPIRED, ""
    if ending.event in ("COND_REPLY.no", "condition-no"):
        return Outcome.UNFILLED, CONDITION_DECLINED
    said: ApduJson = ending.apdu or {}
    return Outcome.UNFILLED, _reason(said) if said.get("type") == ApduType.ILL_ANSWER.name else ""


def _reason(answer: ApduJson) -> str:
    """Return why, in one word; of an answer that gives no reason, what it is."""
    reason, code = answer.get("reason"), answer.get("reply_code")
    results = str(answer.get("results") or "")
    other = "" if results == Results.UNFILLED else results.lower().replace("_", "-")
    return (refusal_reason(str(reason) if reason else None, code) or str(code or "") or other)[:100]


def _legs(course: _Course, attempt: TransactionState, wished_at: datetime) -> dict[Leg, int]:
    """Return the seconds of each leg; none of one whose end was told before its beginning. A copy is kept."""
    if attempt.service is not Service.LOAN:
        course.returned_at = None
    here_at = course.received_at if attempt.role is Role.REQUESTER and not course.flawed else None
    ends = {
        Leg.ASKED_TO_ANSWERED: (course.asked_at, course.answered_at),
        Leg.ASKED_TO_SHIPPED: (course.asked_at, course.shipped_at),
        Leg.SHIPPED_TO_RECEIVED: (course.shipped_at, course.received_at),
        Leg.RECEIVED_TO_RETURNED: (course.received_at, course.returned_at),
        Leg.RETURNED_TO_CHECKED_IN: (course.returned_at, course.checked_in_at),
        Leg.WISH_TO_ITEM: (wished_at, here_at),
    }
    known = {leg: (since, until) for leg, (since, until) in ends.items() if since and until}
    spans = {leg: int((until - since).total_seconds()) for leg, (since, until) in known.items()}
    return {leg: span for leg, span in spans.items() if span >= 0}
