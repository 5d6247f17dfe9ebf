"""What a message or an action changes of a transaction beside its state: due date, promise, conditions."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from mailproc.ill import loan_terms
from mailproc.ill.actions import WITHIN
from mailproc.ill.apdu import Due, IllAnswer, Message, Overdue, Recall, RenewAnswer, Shipped
from mailproc.ill.facts import Facts, Promise
from mailproc.ill.terms import Role, Service, State

if TYPE_CHECKING:
    from mailproc.ill.transaction_state import Occurrence, TransactionState


WRONG, PARTIAL = "wrong", "partial"


def take(current: "TransactionState", occurrence: "Occurrence") -> "TransactionState":
    """Take due date, promise, conditions and service from the message or action."""
    apdu = occurrence.apdu
    if isinstance(apdu, Shipped):
        return _take_shipped(current, apdu, occurrence.facts)
    if isinstance(apdu, IllAnswer):
        return _take_answer(current, apdu)
    if isinstance(apdu, RenewAnswer | Overdue | Recall):
        return _take_renewal(current, apdu, occurrence.facts)
    if isinstance(apdu, Message):
        return _take_message(current, occurrence)
    if occurrence.event == "receive":
        return _take_receipt(current, occurrence.facts)
    if occurrence.event in WITHIN:
        return replace(current, whereabouts=occurrence.event)
    if occurrence.event == "condition-yes":
        return replace(current, agreed=current.offered)
    if current.state in (State.CANCELLED, State.NOT_SUPPLIED, State.RECEIVED):
        return replace(current, promise=None)
    return current


def flaw(facts: Facts) -> str:
    """Return how what came differs from what was asked for: '' | wrong | partial."""
    return WRONG if facts.get("wrong") else PARTIAL if facts.get("partial") else ""


def _take_receipt(current: "TransactionState", facts: Facts) -> "TransactionState":
    after = replace(current, flaw=flaw(facts), loan_terms=facts.get("terms") or current.loan_terms)
    if current.due_on is None and facts.get("due_on"):
        return replace(after, due_on=date.fromisoformat(facts["due_on"]), promise=None)
    return replace(after, promise=None) if current.state is State.RECEIVED else after


def _take_shipped(current: "TransactionState", shipped: Shipped, facts: Facts) -> "TransactionState":
    service = current.service
    if shipped.shipped_service is Service.COPY and current.state is State.SHIPPED:
        service = Service.COPY
    terms = facts.get("terms")
    due = None if facts.get("due_passed") or facts.get("renewed_since") else shipped.due
    return replace(_take_due(current, due), service=service, promise=None, loan_terms=terms)


def _take_renewal(
    current: "TransactionState", apdu: RenewAnswer | Overdue | Recall, facts: Facts
) -> "TransactionState":
    """Take the end of a loan's announced renewal: it has come, or will not."""
    settled = replace(current, renewal_on=None)
    if isinstance(apdu, RenewAnswer) and apdu.answer:
        again = loan_terms.renewable_again(settled.loan_terms)
        return _take_due(replace(settled, loan_terms=again), apdu.due)
    if isinstance(apdu, RenewAnswer) and facts.get("unasked"):
        return _not_renewed(settled, loan_terms.REFUSED)
    if facts.get("last_demand"):
        settled = _not_renewed(settled, loan_terms.LAST_DEMAND)
    if isinstance(apdu, Overdue) and current.due_on is None:
        return _take_due(settled, apdu.due)
    return settled


def _not_renewed(current: "TransactionState", why: str) -> "TransactionState":
    """Return the state of a loan to us that its lender will not renew."""
    if current.role is not Role.REQUESTER:
        return current
    terms = loan_terms.without_renewal(current.loan_terms, why)
    return replace(current, renewal_on=None, loan_terms=terms)


def _take_due(current: "TransactionState", due: Due | None) -> "TransactionState":
    return current if due is None else replace(current, due_on=due.on, renewable=due.renewable)


def _take_answer(current: "TransactionState", answer: IllAnswer) -> "TransactionState":
    if answer.results in ("WILL_SUPPLY", "HOLD_PLACED"):
        promise: Promise = {"what": answer.results.name}
        if answer.position is not None:
            promise["position"] = answer.position
        if answer.supply_on is not None:
            promise["date"] = answer.supply_on.isoformat()
        return replace(current, promise=promise)
    if answer.results == "CONDITIONAL":
        return replace(current, offered=conditions(answer))
    return replace(current, promise=None)


def _take_message(current: "TransactionState", occurrence: "Occurrence") -> "TransactionState":
    if occurrence.facts.get("waited_for"):
        return _not_renewed(current, loan_terms.WAITED_FOR)
    on = occurrence.facts.get("renewal_on")
    return replace(current, renewal_on=date.fromisoformat(on)) if on else current


def conditions(answer: IllAnswer) -> tuple[Any, ...]:
    return tuple(condition.condition for condition in answer.conditions) or (answer.reason or "",)
