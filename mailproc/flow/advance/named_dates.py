"""Decide what the day means that a lender names in a Shipped or a recall."""

from datetime import date

from mailproc.flow.case import Case
from mailproc.flow.matching import item_received
from mailproc.ill import apdu_json
from mailproc.ill.apdu import RenewAnswer, Shipped
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role, State
from mailproc.ill.whereabouts import WITH_READER
from mailproc.store import events


def of_shipped(case: Case, shipped: Shipped, day: date) -> Facts:
    """Return why the due date is not taken: it has passed on ``day``, or the lender has moved it since.

    A day that ends today is taken only until the item is here: then its reader was told of another one.
    """
    held, due = case.current.due_on, shipped.due
    if case.current.role is not Role.REQUESTER or due is None or due.on == held:
        return {}
    answer = _renewal(case)
    if answer is not None and held is not None and due.on < held:
        return _before_or_after(shipped, answer)
    here = case.current.state in WITH_READER
    return {"due_passed": True} if due.on < day or (here and due.on == day) else {}


def of_recall(case: Case, wanted_by: str) -> Facts:
    """Return the day that the recall names, and whether a recall before it named another or none."""
    if case.current.role is not Role.REQUESTER or case.current.state is not State.RECALL:
        return {"wanted_by": wanted_by}
    before = item_received.wanted_by(case.connection, case.id, case.current.state)
    another = before is None or before.isoformat() != wanted_by
    return {"wanted_by": wanted_by, "another_day": True} if another else {"wanted_by": wanted_by}


def _renewal(case: Case) -> RenewAnswer | None:
    """Return the lender's last answer about a renewal if it is a yes."""
    said = events.last_of(case.connection, case.id, ("RENEW_ANSWER",))
    answer = apdu_json.from_json(said.apdu) if said is not None and said.apdu else None
    return answer if isinstance(answer, RenewAnswer) and answer.answer else None


def _before_or_after(shipped: Shipped, answer: RenewAnswer) -> Facts:
    """Compare the times of the lender's own system; words have none, so staff are asked."""
    shipped_at = shipped.original_sent_at or shipped.sent_at
    if shipped_at is None or answer.sent_at is None:
        return {"due_passed": True}
    return {"renewed_since": True} if shipped_at <= answer.sent_at else {}
