"""What a history says of a message beside its kind."""

from datetime import date
from decimal import Decimal

import pytest

from mailproc.ill.apdu import (
    Apdu,
    Cancel,
    Condition,
    Damaged,
    Due,
    ForwardNotification,
    IllAnswer,
    Location,
    Money,
    Overdue,
    Renew,
    RenewAnswer,
    Returned,
    Shipped,
)
from mailproc.ill.summary import gist
from mailproc.ill.terms import Results

DAY = date(2026, 3, 20)
PRICE = Money(amount=Decimal("14.50"), currency="EUR")

SAID: dict[str, tuple[Apdu, str]] = {
    "the kind says all": (Cancel(), ""),
    "why not": (IllAnswer(results=Results.UNFILLED, reason="not-owned"), "not-owned"),
    "a place in the list": (
        IllAnswer(results=Results.HOLD_PLACED, position=2, supply_on=DAY),
        "on hold, place 2, about 2026-03-20",
    ),
    "when to ask again": (
        IllAnswer(results=Results.RETRY, reason="on-loan", retry_on=DAY),
        "on-loan, again on 2026-03-20",
    ),
    "conditions": (
        IllAnswer(
            results=Results.CONDITIONAL,
            conditions=(
                Condition(condition="charges", reply_by=DAY),
                Condition(condition="library-use-only"),
            ),
        ),
        "charges (reply by 2026-03-20), library-use-only",
    ),
    "a price": (IllAnswer(results=Results.ESTIMATE, cost_estimate=PRICE), "14.50 EUR"),
    "a price in no currency": (
        IllAnswer(results=Results.ESTIMATE, cost_estimate=Money(amount=Decimal(3))),
        "3",
    ),
    "who holds it": (
        IllAnswer(
            results=Results.LOCATIONS_PROVIDED,
            locations=(
                Location(symbol="XX-A", name="A Library", note="third floor"),
                Location(name="B-Library", note="no"),
                Location(note="the-archive"),
                Location(),
            ),
        ),
        "see XX-A B-Library the-archive",
    ),
    "shipped": (
        Shipped(due=Due(on=DAY), cost=PRICE, shipped_conditions="no copies", shipped_via="post"),
        "due 2026-03-20, 14.50 EUR, no copies, post",
    ),
    "shipped, and no more is said": (Shipped(), ""),
    "overdue": (Overdue(due=Due(on=DAY)), "due 2026-03-20"),
    "overdue without a day": (Overdue(), ""),
    "renewed": (RenewAnswer(answer=True, due=Due(on=DAY)), "due 2026-03-20"),
    "not renewed": (RenewAnswer(answer=False), ""),
    "returned": (
        Returned(returned_on=DAY, returned_via="courier", insured_for=PRICE),
        "sent back on 2026-03-20, courier, insured for 14.50 EUR",
    ),
    "returned, and no more is said": (Returned(), ""),
    "damaged": (Damaged(damaged_details="wet"), "wet"),
    "for longer": (Renew(desired_due_on=DAY), "until 2026-03-20"),
    "for longer, without a day": (Renew(), ""),
    "passed on": (ForwardNotification(responder="XX-NEXT"), "passed on to XX-NEXT"),
    "passed on, to whom is not said": (ForwardNotification(), ""),
}


@pytest.mark.parametrize("case", SAID)
def test_in_a_few_words(case: str) -> None:
    apdu, text = SAID[case]
    assert gist(apdu) == text
