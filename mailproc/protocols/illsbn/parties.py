"""Who speaks: the hub's number, the two libraries, what each side can send, addresses."""

import re
from dataclasses import replace
from typing import Any

from mailproc.ill.apdu import Delivery, OptionalMessages, Person, Postal
from mailproc.ill.terms import Ref
from mailproc.protocols.field_codec import ApduField, Pair, Tree, UnreadableComponent, field, record
from mailproc.protocols.illsbn.text import WORDS, text_of, tidy

_NUMBER = re.compile("[0-9]{1,19}")
LARGEST = 2**63 - 1
"""The hub's numbers are integers of 64 bits."""


def is_number(text: str) -> bool:
    """Return whether the text is a number that the hub gives to transactions."""
    return _NUMBER.fullmatch(text) is not None and text.isascii() and int(text) <= LARGEST


def _read_number(component: object) -> Ref | None:
    """Return the number without leading zeros: it is compared as text from here on."""
    text = text_of(component)
    if not text:
        return None
    if not is_number(text):
        raise UnreadableComponent("the hub's number of the transaction, in figures")
    return Ref(number=str(int(text)))


def _write_number(ref: Ref) -> str | None:
    """Write the number if the hub has given one: our own numbers are never figures alone."""
    return str(int(ref.number)) if is_number(ref.number) else None


NUMBER = Pair(_read_number, _write_number)

_WANTS = ("requires", "desires")


def optional_messages(able: dict[str, str], wanted: dict[str, str]) -> Pair:
    """Return the pair for one side. ``able``, ``wanted``: attributes by the message they are about."""

    def read(component: object) -> OptionalMessages | None:
        said = component if isinstance(component, dict) else {}
        asks = {
            want: tuple(kind for kind, name in wanted.items() if said.get(f"@{name}") == want)
            for want in _WANTS
        }
        can_send = _named(said, able, "1")
        known = {f"@{name}" for name in (*able.values(), *wanted.values())}
        return OptionalMessages(can_send=can_send, **asks) if known & said.keys() else None

    def write(messages: OptionalMessages) -> Tree:
        said = {f"@{name}": "1" if kind in messages.can_send else "0" for kind, name in able.items()}
        return said | {f"@{name}": _want(messages, kind) for kind, name in wanted.items()}

    return Pair(read, write)


def _named(said: Tree, attributes: dict[str, str], value: str) -> tuple[str, ...]:
    return tuple(kind for kind, name in attributes.items() if said.get(f"@{name}") == value)


def _want(messages: OptionalMessages, kind: str) -> str:
    return "requires" if kind in messages.requires else "desires" if kind in messages.desires else "neither"


BORROWER = optional_messages(
    {"RECEIVED": "CanSendRECEIVED", "RETURNED": "CanSendRETURNED"},
    {"SHIPPED": "requesterSHIPPED", "CHECKED_IN": "requesterCHECKE-IN"},
)
LENDER = optional_messages(
    {"SHIPPED": "CanSendSHIPPED", "CHECKED_IN": "CanSendCHECKEDIN"},
    {"RECEIVED": "responderRECEIVED", "RETURNED": "responderRETURNED"},
)


def _element(cls: Any, fields: tuple[ApduField, ...]) -> Pair:
    """Return the pair of an element and the dataclass ``cls``; one without children reads as None."""
    pair = record(cls, fields)
    return Pair(lambda component: pair.read(component) if isinstance(component, dict) else None, pair.write)


PERSON = _element(Person, (field("id", "Client-identifier", WORDS), field("name", "Client-name", WORDS)))

_postal = _element(
    Postal,
    (
        field("street", "Street-and-number", WORDS),
        field("city", "City", WORDS),
        field("postcode", "Postal-code", WORDS),
        field("region", "Region", WORDS),
        field("country", "Country", WORDS),
    ),
)


def _write_postal(postal: Postal) -> Tree | None:
    """Write name, further line and post office box before the street: they have no elements."""
    before = (postal.name, postal.extended, postal.street, postal.po_box)
    street = ", ".join(words for one in before if one and (words := tidy(one)))
    written: Tree | None = _postal.write(replace(postal, street=street or None))
    return written


DELIVERY = _element(
    Delivery,
    (
        field("postal", "Postal-address", Pair(_postal.read, _write_postal)),
        field("electronic", "Electronic-address", WORDS),
    ),
)
