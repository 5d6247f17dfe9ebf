"""The codes of ILL SBN: kinds of service and of supply, conditions, answers yes and no.

What the hub's own lists name has a word of the standard; the letters that came are kept beside it where two
mean the same.
"""

from enum import Enum
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.terms import CONDITIONS, Results, Service
from mailproc.protocols.field_codec import Pair, UnreadableComponent

LOAN, COPY = "PR", "RI"
INTERNATIONAL = "PI"

SERVICES: dict[str, Service] = {
    LOAN: Service.LOAN, INTERNATIONAL: Service.LOAN, COPY: Service.COPY, "LC": Service.LOCATIONS,
    "CP": Service.ESTIMATE, "CR": Service.ESTIMATE,
}  # fmt: skip
"""By the letters of ILL-SERVICE-TYPE; of two that mean the same the first is written."""

ORIGINAL, PHOTOCOPY, ELECTRONIC = "05", "00", "07"
"""Of Supply-medium-type: what is asked for a loan, a copy, and a copy that may come by e-mail."""
BY_MAIL = "04"
"""Of Delivery-service."""

_CONDITIONS = {
    "01": "cost-exceeds-limit", "02": "charges", "03": "prepayment-required",
    "04": "lacks-copyright-compliance", "05": "library-use-only", "06": "no-reproduction",
    "07": "client-signature-required", "08": "other", "25": "special-collections-supervision-required",
    "28": "responder-specific", "30": "proposed-delivery-service",
}  # fmt: skip
"""The codes that the hub's lists name; the meaning of 01 to 08 is read off their labels."""
_BY_NUMBER = {str(number): word for word, number in CONDITIONS.items()}
OTHER, OTHER_CONDITION = "other", "08"

ANSWERS: dict[str, Results] = {
    "Conditional": Results.CONDITIONAL,
    "Retry": Results.RETRY,
    "Unfilled": Results.UNFILLED,
    "Location-provider": Results.LOCATIONS_PROVIDED,
    "Will-supply": Results.WILL_SUPPLY,
    "Hold-placed": Results.HOLD_PLACED,
    "Estimate": Results.ESTIMATE,
}
"""By the child of Answer-type."""


def _coded(words: dict[str, Any], what: str) -> Pair:
    """Return the pair of an attribute's codes and their words."""
    codes: dict[Any, str] = {}
    for code, word in words.items():
        codes.setdefault(word, code)

    def read(code: str) -> Any:
        if code not in words:
            raise UnreadableComponent(f"{what}: {', '.join(words)}")
        return words[code]

    def write(word: Any) -> str:
        if word not in codes:
            known = tuple(one.name if isinstance(one, Enum) else str(one) for one in codes)
            raise LocalFault(f"{word} is no {what} here", known)
        return codes[word]

    return Pair(read, write)


SERVICE = _coded(SERVICES, "kind of service")
SHIPPED_SERVICE = _coded(
    {LOAN: Service.LOAN, INTERNATIONAL: Service.LOAN, COPY: Service.COPY}, "service that ships"
)
CONDITION = Pair(
    _coded(_CONDITIONS | _BY_NUMBER, "condition").read,
    lambda word: next((code for code, known in _CONDITIONS.items() if known == word), OTHER_CONDITION),
)
CONDITIONAL_REPLY = _coded({"B": True, "A": False}, "answer")
CANCEL_REPLY = _coded({"1": True, "0": False}, "answer")
RENEW_ANSWER = _coded({"9": True, "A": False}, "answer")


def has_code(condition: str) -> bool:
    """Return whether the hub has a code for the condition; without one it goes as "other", with words."""
    return condition in _CONDITIONS.values()
