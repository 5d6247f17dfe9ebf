"""Find out whether a price is above what the borrower pays at most."""

from decimal import Decimal

from mailproc.flow.case import Case
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Money, Shipped
from mailproc.ill.charges import ChargeStatus, above, written
from mailproc.ill.facts import Facts
from mailproc.store import charges, events, requests


def facts_of(case: Case, shipped: Shipped) -> Facts:
    """Return the limit of the request where the price is above it."""
    if shipped.cost is None:
        return {}
    limit = requests.load(case.connection, case.transaction.request_id).max_cost
    if limit is None:
        return {}
    most: Money = apdu_json.value_from_json(Money, limit, "max_cost")
    if not above(shipped.cost, most) or _is_agreed(case, shipped.cost):
        return {}
    return {"over_limit": written(most)}


def _is_agreed(case: Case, price: Money) -> bool:
    """Return whether the borrower has said yes to a condition, and the lender had named no lower price."""
    told = events.last_of(case.connection, case.id, ("answer-condition", "CONDITIONAL_REPLY"))
    if told is None or not (told.apdu or {}).get("answer"):
        return False
    kept = charges.of_request(case.connection, case.transaction.request_id)
    named = [
        Money(amount=Decimal(one.amount), currency=one.currency or None)
        for one in kept
        if one.transaction_id == case.id and one.status == ChargeStatus.ESTIMATED
    ]
    return bool(named) and not above(price, named[-1])
