"""Money that a message names: what an item would cost, or costs; and whether that is within a limit."""

from dataclasses import dataclass
from enum import StrEnum

from mailproc.ill.apdu import Apdu, IllAnswer, Money, Shipped
from mailproc.ill.terms import Results


class ChargeStatus(StrEnum):
    ESTIMATED = "estimated"
    CHARGED = "charged"
    PAID = "paid"


class ChargeKind(StrEnum):
    """What is paid for. Messages name the price of a supply; staff record the others."""

    SUPPLY = "supply"
    POSTAGE = "postage"
    INSURANCE = "insurance"
    OVERDUE = "overdue"
    LOST = "lost"
    DAMAGED = "damaged"
    OTHER = "other"


@dataclass(frozen=True)
class Charge:
    kind: ChargeKind
    status: ChargeStatus
    money: Money


def named_in(apdu: Apdu | None) -> Charge | None:
    """Return what the message says of money; None if nothing, or nothing that is to be paid.

    The price beside a refusal (it is above the limit) is no estimate of ours.
    """
    if isinstance(apdu, Shipped) and apdu.cost is not None:
        return Charge(ChargeKind.SUPPLY, ChargeStatus.CHARGED, apdu.cost)
    if isinstance(apdu, IllAnswer) and apdu.results is Results.ESTIMATE and apdu.cost_estimate is not None:
        return Charge(ChargeKind.SUPPLY, ChargeStatus.ESTIMATED, apdu.cost_estimate)
    return None


def written(money: Money) -> str:
    """Return "12.50 EUR"."""
    return f"{money.amount} {money.currency or ''}".strip()


def above(price: Money | None, limit: Money | None) -> bool:
    """Return whether the price is above the limit, or cannot be compared with it: in another currency."""
    if price is None or limit is None:
        return False
    same = None in (price.currency, limit.currency) or price.currency == limit.currency
    return not same or price.amount > limit.amount
