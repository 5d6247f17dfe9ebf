"""Money that a message names: what an item would cost, or costs; and whether that is within a limit."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from mailproc.ill.apdu import Apdu, IllAnswer, Money, Shipped
from mailproc.ill.note_sentences import PRICE, parted
from mailproc.ill.terms import Results

PRICED = (Results.CONDITIONAL, Results.WILL_SUPPLY, Results.HOLD_PLACED)
"""Answers that may name a price, in their note: no field of them has it."""


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

    The price of a condition or of a promise is an estimate. The price beside a refusal (it is above the
    limit) is none.
    """
    if isinstance(apdu, Shipped) and apdu.cost is not None:
        return Charge(ChargeKind.SUPPLY, ChargeStatus.CHARGED, apdu.cost)
    price = _estimated(apdu) if isinstance(apdu, IllAnswer) else None
    return Charge(ChargeKind.SUPPLY, ChargeStatus.ESTIMATED, price) if price is not None else None


def _estimated(answer: IllAnswer) -> Money | None:
    if answer.results is Results.ESTIMATE:
        return answer.cost_estimate
    return price_in(answer.note) if answer.results in PRICED else None


def price_in(note: str | None) -> Money | None:
    """Return the price that our sentence in a note names; None if there is none."""
    said = parted(note)
    if said.said != PRICE:
        return None
    amount, _, currency = said.value.partition(" ")
    return Money(amount=Decimal(amount), currency=currency or None)


def written(money: Money) -> str:
    """Return "12.50 EUR"."""
    return f"{money.amount} {money.currency or ''}".strip()


def above(price: Money | None, limit: Money | None) -> bool:
    """Return whether the price is above the limit, or cannot be compared with it: in another currency."""
    if price is None or limit is None:
        return False
    same = None in (price.currency, limit.currency) or price.currency == limit.currency
    return not same or price.amount > limit.amount
