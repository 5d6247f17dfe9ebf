"""What is kept of a message: long text is shortened, long lists are cut, names and extensions stay whole."""

from dataclasses import replace
from typing import Any

import pytest

from mailproc.ill.apdu import Apdu, IllAnswer, IllRequest, Item, Location, Message, ReplyTo
from mailproc.ill.size_limits import LONGEST, LONGEST_NOTE, MOST, MOST_ADDRESSES, SHORTENED, bounded
from mailproc.ill.terms import Results, TransactionId

ADDRESS = ReplyTo(address="ill@library.example")
NAMED = IllAnswer(
    results=Results.LOCATIONS_PROVIDED,
    transaction=TransactionId("XX-A", "x" * (LONGEST + 1), "1"),
    note="short",
    locations=(Location(symbol="XX-B"),),
    extensions=({"critical": True, "value": ["x", {"deep": "y"}]},),
)


def long(most: int) -> str:
    return "x" * (most + 1)


def short(most: int) -> str:
    return "x" * most + SHORTENED


CASES: dict[str, tuple[Apdu, Apdu]] = {
    "a note": (Message(note=long(LONGEST_NOTE)), Message(note=short(LONGEST_NOTE))),
    "another field": (
        IllAnswer(results=Results.UNFILLED, reason=long(LONGEST)),
        IllAnswer(results=Results.UNFILLED, reason=short(LONGEST)),
    ),
    "a field of a part": (
        IllRequest(item=Item(title=long(LONGEST), author="short")),
        IllRequest(item=Item(title=short(LONGEST), author="short")),
    ),
    "a list": (
        replace(NAMED, locations=(Location(symbol="XX-B"),) * (MOST + 1)),
        replace(NAMED, locations=(Location(symbol="XX-B"),) * MOST),
    ),
    "addresses": (
        Message(note="x", reply_to=(ADDRESS,) * (MOST_ADDRESSES + 1)),
        Message(note="x", reply_to=(ADDRESS,) * MOST_ADDRESSES),
    ),
    "an extension's text": (
        replace(NAMED, extensions=({"value": [long(LONGEST), {"deep": long(LONGEST)}, 1]},)),
        replace(NAMED, extensions=({"value": [short(LONGEST), {"deep": short(LONGEST)}, 1]},)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_too_long_is_shortened_and_the_rest_stays(case: str) -> None:
    apdu, kept = CASES[case]
    assert bounded(apdu) == kept


@pytest.mark.parametrize(
    "apdu",
    [
        NAMED,
        Message(note="x" * LONGEST_NOTE, reply_to=(ADDRESS,) * MOST_ADDRESSES),
        replace(NAMED, locations=(Location(name="x" * LONGEST),) * MOST),
        replace(NAMED, extensions=tuple({"number": at} for at in range(MOST * 2))),
    ],
    ids=["a long name", "a note and addresses", "a list", "extensions"],
)
def test_what_is_not_too_long_is_the_very_same_object(apdu: Apdu) -> None:
    """So a name is never cut, and each extension counts."""
    kept: Any = bounded(apdu)
    assert kept is apdu
