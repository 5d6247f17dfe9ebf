"""Read the layout ``plain`` of a partner's letters as what it was called first: a dialect of ARTEmail."""

from collections.abc import Mapping
from typing import Any


def with_plain_orders(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole file's data; what is no partner with that layout is left as it is."""
    partners = data.get("partner")
    if not isinstance(partners, list):
        return dict(data)
    return {**data, "partner": [_read(one) for one in partners]}


def _read(partner: Any) -> Any:
    if not isinstance(partner, Mapping) or partner.get("codec") != "letter" or partner.get("dialect"):
        return partner
    letter = partner.get("letter")
    if not isinstance(letter, Mapping) or letter.get("layout") != "plain":
        return partner
    return {**partner, "codec": "artemail", "dialect": "plain"}
