"""What the law of a country wants before a copy is ordered.

uk: a declaration that the reader has signed (Copyright, Designs and Patents Act 1988, section 42A). us: the
word CCG (within the CONTU guidelines: at most five copies a year of one title of the last five years) or CCL
(otherwise within the law), which ISO 10161 carries as copyright-compliance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

CopyrightLaw = Literal["uk", "us", "none"]
GUIDELINES, LAW = "US:CCG", "US:CCL"
US_WORDS: Mapping[str, str] = {"CCG": GUIDELINES, "CCL": LAW}
"""What people write, and what the wire carries."""


@dataclass(frozen=True)
class Declaration:
    """Who signed the declaration, when (None: today), and which version of its wording."""

    signed_by: str
    signed_on: date | None = None
    wording: str = ""


def lacks_declaration(law: CopyrightLaw, service: str, more: Mapping[str, Any] | None) -> bool:
    """Return whether an order with these extras must wait for a declaration."""
    return law == "uk" and service == "COPY" and not (more or {}).get("declaration")


def lacks_word(law: CopyrightLaw, service: str, word: str | None) -> bool:
    """Return whether the order of a copy must say CCG or CCL, and does not."""
    return law == "us" and service == "COPY" and word not in US_WORDS.values()


def counts_for(law: CopyrightLaw, service: str, word: str | None) -> bool:
    """Return whether this copy is one of those of which the guidelines allow five."""
    return law == "us" and service == "COPY" and word == GUIDELINES
