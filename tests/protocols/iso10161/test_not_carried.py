"""What ISO 10161 does not carry of a message of ours is named, whatever field it is, and nothing else."""

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mailproc.ill.apdu import (
    Apdu,
    Condition,
    Delivery,
    Due,
    IllAnswer,
    IllRequest,
    Item,
    Location,
    Message,
    Money,
    Overdue,
    Person,
    Postal,
    Shipped,
)
from mailproc.ill.terms import Results, Service, TransactionId
from mailproc.protocols.iso10161.not_carried import not_told

from .test_ours import over_the_octets

DAY, SENT = date(2026, 3, 31), datetime(2026, 3, 2, 9)  # noqa: DTZ001  # no zone on the wire
FULL = IllRequest(
    services=(Service.COPY, Service.LOAN),
    item=Item(
        type="SERIAL", title="J. of Weirs", issn="0378-5955", volume_issue="3", pagination="1-9",
        series="Mud 7", system_no="OCLC:1", verification="Catalogue", additional_numbers="T 5",
        article_title="On Locks",
    ),
    patron=Person(name="R. Reader", id="R1", status="student"),
    delivery=Delivery(postal=Postal(street="1 Sample Street"), electronic="r@readers.example"),
    billing=Delivery(postal=Postal(city="Exampletown")),
    need_before=DAY,
    expiry=date(2026, 4, 30),
    level_of_service="R",
    max_cost=Money(amount=Decimal("8.00"), currency="GBP"),
    copyright_compliance="US:CCG",
    place_on_hold="yes",
    note="soon, please",
)  # fmt: skip
LOST: dict[str, tuple[Apdu, dict[str, str]]] = {
    "nothing": (FULL, {}),
    "keywords": (dataclasses.replace(FULL, keywords=("URGENT",)), {"keywords": "URGENT"}),
    "a reason beside a waiting list": (
        IllAnswer(results=Results.HOLD_PLACED, reason="in-use-on-loan", supply_on=DAY, position=3),
        {"reason": "in-use-on-loan"},
    ),
    "a day beside a refusal": (
        IllAnswer(results=Results.UNFILLED, reason="lacking", retry_on=DAY, supply_on=DAY),
        {"retry_on": "2026-03-31", "supply_on": "2026-03-31"},
    ),
    "a price beside a promise": (
        IllAnswer(results=Results.WILL_SUPPLY, cost_estimate=Money(amount=Decimal(5), currency="EUR")),
        {"cost_estimate": "5 EUR"},
    ),
    "a second condition": (
        IllAnswer(
            results=Results.CONDITIONAL,
            conditions=(Condition(condition="charges"), Condition(condition="other")),
        ),
        {"conditions": "other"},
    ),
    "both ways of sending": (
        Shipped(shipped_service=Service.COPY, shipped_via="post", electronic_delivery="r@readers.example"),
        {"shipped_via": "post"},
    ),
    "a level goes into the note": (Overdue(due=None, level=3), {}),
    "a day that says nothing of renewals": (
        Shipped(shipped_service=Service.LOAN, due=Due(on=DAY), cost=Money(amount=Decimal("3.00"))), {}
    ),
    "where it is": (
        IllAnswer(results=Results.UNFILLED, reason="lacking", locations=(Location(symbol="XX-NEAR"),)),
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LOST)
def test_what_is_lost_is_named_with_its_words(case: str) -> None:
    apdu, lost = LOST[case]
    assert {one.field: one.words for one in not_told(apdu)} == lost


def test_a_personal_value_is_named_without_its_words() -> None:
    strange = dataclasses.replace(FULL, delivery=Delivery(electronic=" "))
    assert [(one.field, one.words) for one in not_told(strange)] == [("delivery", "")]


def test_what_cannot_be_written_is_held_with_its_own_reason() -> None:
    assert not_told(Message()) == ()


FIELDS: dict[str, Any] = {
    "reason": "other", "position": 3, "conditions": (Condition(condition="charges"),), "retry_on": DAY,
    "supply_on": DAY, "locations": (Location(symbol="XX-NEAR"),), "note": "a word",
    "cost_estimate": Money(amount=Decimal(5), currency="EUR"), "cost_words": "EUR 5 or more",
}  # fmt: skip
NEEDED: dict[Results, dict[str, Any]] = {
    Results.HOLD_PLACED: {"supply_on": DAY},
    Results.LOCATIONS_PROVIDED: {"locations": (Location(symbol="XX-NEAR"),)},
    Results.ESTIMATE: {"cost_words": "about 5"},
}


@pytest.mark.parametrize("results", Results)
@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_an_answer_is_read_or_named(results: Results, field: str) -> None:
    answer = IllAnswer(results=results, **{**NEEDED.get(results, {}), field: FIELDS[field]})
    sent = dataclasses.replace(answer, transaction=TransactionId("a", "b", "c"), sent_at=SENT)
    read = over_the_octets(sent)
    told = (getattr(read, field), read.note)
    is_told = FIELDS[field] in told or (field == "position" and told[1] == "Place 3 on the waiting list.")
    in_condition = (results, field) == (Results.CONDITIONAL, "reason")
    assert (field in {one.field for one in not_told(answer)}) is not (is_told or in_condition)
