"""Read the fields of JSON that requests of ours and orders of partners share (docs/requests.md)."""

from collections.abc import Mapping, Sequence
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Item
from mailproc.office.acts import written_amount
from mailproc.sentence import sentence

ITEM_TYPES = ("MONOGRAPH", "SERIAL", "OTHER")


def of_object(value: Any, known: Sequence[str]) -> Mapping[str, Any]:
    """Return ``value``, an object with no other fields than ``known``. Raise LocalFault."""
    if not isinstance(value, Mapping):
        raise LocalFault(sentence("request-no-object"))
    for key in value:
        if key not in known:
            raise LocalFault(sentence("request-unknown-field", name=key, known=", ".join(known)))
    return value


def service(value: Mapping[str, Any]) -> str:
    """Return LOAN or COPY. Raise LocalFault."""
    found = value.get("service")
    if found not in ("LOAN", "COPY"):
        raise LocalFault(sentence("service-wrong" if found else "service-missing"))
    return str(found)


def item(value: Mapping[str, Any]) -> Item:
    """Return the citation, which must have a title. Raise LocalFault."""
    found: Item = apdu_json.value_from_json(Item, value.get("item") or {}, "item")
    if found.type not in (None, *ITEM_TYPES):
        raise LocalFault(sentence("item-type", known=", ".join(ITEM_TYPES)))
    if not (found.title or "").strip():
        raise LocalFault(sentence("title-missing"))
    return found


def optional(hint: Any, value: Mapping[str, Any], name: str) -> Any:
    """Return the field ``name`` as a ``hint``; None if it is missing. Raise LocalFault."""
    found = value.get(name)
    return None if found is None else apdu_json.value_from_json(hint, found, name)


def text(value: Mapping[str, Any], name: str) -> str:
    """Return the field ``name``, '' if it is missing. Raise LocalFault if it is no text."""
    return optional(str, value, name) or ""


def texts(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the list of texts ``name``. Raise LocalFault."""
    found: tuple[str, ...] = apdu_json.value_from_json(tuple[str, ...], value.get(name) or [], name)
    return found


def cost(written: str) -> dict[str, str]:
    """Return the field ``max_cost`` of an amount as people write it: "12.50 EUR"."""
    amount, currency = written_amount.parted(written)
    said = {"amount": amount, "currency": currency.upper()}
    return {name: each for name, each in said.items() if each}
