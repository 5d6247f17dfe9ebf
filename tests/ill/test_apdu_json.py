"""An APDU in JSON: what is wrong is named with its field, and numbers have a greatest size."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from mailproc.errors import LocalFault
from mailproc.ill import apdu as apdus
from mailproc.ill.apdu import APDU_CLASSES, IllRequest, Item, Message, Shipped
from mailproc.ill.apdu_json import (
    ApduJson,
    ConditionJson,
    DeliveryJson,
    ItemJson,
    MoneyJson,
    NameJson,
    OptionalMessagesJson,
    PostalJson,
    RefJson,
    ReportJson,
    amount,
    from_json,
    to_json,
)
from mailproc.ill.terms import Ref, TransactionId

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no type": ({}, "is no type of an APDU"),
    "another type": ({"type": "LETTER"}, "'LETTER' is no type of an APDU; known are ILL_REQUEST"),
    "a type that is no text": ({"type": ["MESSAGE"]}, "is no type of an APDU"),
    "an unknown field": ({"type": "MESSAGE", "text": "x"}, "MESSAGE: there is no field 'text'; known are"),
    "an unknown field of a part": (
        {"type": "ILL_REQUEST", "item": {"tittle": "x"}},
        "ILL_REQUEST.item: there is no field 'tittle'",
    ),
    "a missing field": ({"type": "CANCEL_REPLY"}, "CANCEL_REPLY.answer is missing"),
    "a number for a text": ({"type": "MESSAGE", "note": 7}, "MESSAGE.note must be text in quotes"),
    "a text for a list": ({"type": "MESSAGE", "reply_to": "x"}, "MESSAGE.reply_to must be a list"),
    "a text for a part": ({"type": "ILL_REQUEST", "item": "x"}, "ILL_REQUEST.item must be an object"),
    "no date": ({"type": "RENEW", "desired_due_on": "soon"}, "RENEW.desired_due_on must be a date"),
    "yes for true": ({"type": "CANCEL_REPLY", "answer": "yes"}, "CANCEL_REPLY.answer must be true or false"),
    "true for a number": ({"type": "OVERDUE", "level": True}, "OVERDUE.level must be a number"),
    "a great number": ({"type": "OVERDUE", "level": 10**18}, "OVERDUE.level must be a number"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_field(case: str) -> None:
    value, said = WRONG[case]
    with pytest.raises(LocalFault) as wrong:
        from_json(value)
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    "apdu",
    [Message(note="x"), IllRequest(item=Item(title="A Book")), Shipped()],
    ids=lambda one: one.type.name,
)
def test_what_is_written_is_read_again(apdu: Any) -> None:
    assert from_json(to_json(apdu)) == apdu


@pytest.mark.parametrize(
    "text", ["0", "12.50", "-3", "9" * 18, "0." + "0" * 17 + "1", "1." + "1" * 18, 10**18 - 1], ids=str
)
def test_an_amount_of_eighteen_digits_is_taken(text: str | int) -> None:
    assert amount(text) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1e999999999",
        "1e18",
        "1" + "0" * 18,
        "1." + "1" * 19,
        "0." + "0" * 18 + "1",
        10**18,
        "NaN",
        "Infinity",
    ],
    ids=str,
)
def test_an_amount_of_more_digits_and_no_number_are_none(text: str | int) -> None:
    with pytest.raises(ValueError, match=r"no number|too many digits"):
        amount(text)


WHOLE = {
    ItemJson: Item,
    PostalJson: apdus.Postal,
    DeliveryJson: apdus.Delivery,
    MoneyJson: apdus.Money,
    OptionalMessagesJson: apdus.OptionalMessages,
}
IN_PART = {
    NameJson: TransactionId,
    RefJson: Ref,
    ConditionJson: apdus.Condition,
    ReportJson: apdus.Report,
}


def names(kind: Any) -> set[str]:
    return {field.name for field in fields(kind)}


@pytest.mark.parametrize("shape", WHOLE, ids=lambda shape: shape.__name__)
def test_a_part_as_json_has_the_fields_of_the_part(shape: Any) -> None:
    assert set(shape.__annotations__) == names(WHOLE[shape])


@pytest.mark.parametrize("shape", IN_PART, ids=lambda shape: shape.__name__)
def test_what_is_read_as_json_is_a_field_of_the_part(shape: Any) -> None:
    assert set(shape.__annotations__) <= names(IN_PART[shape])


def test_what_is_read_of_an_apdu_as_json_is_a_field_of_one() -> None:
    known = {name for kind in APDU_CLASSES.values() for name in names(kind)}
    assert set(ApduJson.__annotations__) - {"type"} <= known
