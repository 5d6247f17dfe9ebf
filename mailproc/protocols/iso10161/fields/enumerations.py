"""The enumerations of the ASN.1 module: names and numbers.

Names are the standard's, with hyphens, except where the neutral vocabulary has its own (Service, State,
ApduType, MONOGRAPH, SIMPLE). The register adds numbers over the years, so an unknown number is kept as text.
"""

from enum import Enum
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.terms import REASON_UNFILLED, ApduType, Results, Service, State
from mailproc.protocols.field_codec import Pair, UnreadableComponent, named

_REASONS = {number: name for name, number in REASON_UNFILLED.items()}


def _some(*numbers: int, **more: int) -> dict[int, str]:
    return {number: _REASONS[number] for number in numbers} | {
        number: name.replace("_", "-") for name, number in more.items()
    }


REASON = named(_REASONS)
CONDITION = named(
    _some(
        13, 14, 15, 16, 17, 27, 28, library_use_only=22, no_reproduction=23,
        client_signature_required=24, special_collections_supervision_required=25,
        proposed_delivery_service=30,
    )
)  # fmt: skip
"""Conditional-Results.conditions; 17 was added by the register."""
RETRY_REASON = named(_some(1, 2, 6, 7, 8, 13, 14, 15, 16, 17, 19, 27, 28))
LOCATIONS_REASON = named(_some(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 19, 27, 28))
SUPPLY_REASON = named(
    _some(1, 2, 6, 8, 19, 27, 28, being_processed_for_supply=26, electronic_delivery=30)
)  # fmt: skip
SHIPPED_CONDITION = named(
    _some(
        27, library_use_only=22, no_reproduction=23, client_signature_required=24,
        special_collections_supervision_required=25,
    )
)  # fmt: skip
PLACE_ON_HOLD = named({1: "yes", 2: "no", 3: "according-to-responder-policy"})
ITEM_TYPE = named({1: "MONOGRAPH", 2: "SERIAL", 3: "OTHER"})
TRANSACTION_TYPE = named({1: "SIMPLE", 2: "CHAINED", 3: "PARTITIONED"})
ENCODING = named({1: "EDIFACT", 2: "BER_IN_MIME", 3: "BER"})
NO_REPORT = named({1: "temporary", 2: "permanent"})
REPORT_SOURCE = named({1: "user", 2: "provider"})
APDU_TYPE = named({kind.value: kind.name for kind in ApduType})
_NOT_THERE = (ApduType.OVERDUE, ApduType.RENEW)
MOST_RECENT_SERVICE = named(
    {kind.value: kind.name for kind in ApduType if kind not in _NOT_THERE} | {21: "FORWARD"}
)
"""History-Report.most-recent-service: the module lacks 12 and 13 here, which ILL-APDU-Type has.

They are read like any unknown number, and never written.
"""
STATE = named({state.value: state.name for state in State if state > State.IDLE})
"""Current-State. States below PENDING have no number: a transaction that does not exist is UNKNOWN."""
GENERAL_PROBLEM = named(
    {
        1: "unrecognized-APDU", 2: "mistyped-APDU", 3: "badly-structured-APDU",
        4: "protocol-version-not-supported", 5: "other",
    }
)  # fmt: skip
ID_PROBLEM = named({1: "duplicate-transaction-id", 2: "invalid-transaction-id", 3: "unknown-transaction-id"})
UNABLE = named({1: "not-available", 2: "resource-limitation", 3: "unable-to-perform-other"})
INTERMEDIARY_PROBLEM = named({1: "cannot-send-onward"})


def _members(words: dict[int, Enum], kind: str) -> Pair:
    """Like ``named``, for neutral values that are an Enum: an unknown number cannot be kept."""
    numbers = {word: number for number, word in words.items()}

    def read(number: Any) -> Enum:
        if number not in words:
            raise UnreadableComponent(f"a {kind}, not {number}")
        return words[number]

    def write(word: Any) -> int:
        if word not in numbers:
            raise LocalFault(f"{word} is no {kind} here", tuple(known.name for known in numbers))
        return numbers[word]

    return Pair(read, write)


SERVICE = _members(dict(enumerate(Service, start=1)), "kind of service")
RESULTS = _members(dict(enumerate(Results, start=1)), "result of an answer")
SHIPPED_SERVICE = _members({1: Service.LOAN, 2: Service.COPY}, "service that ships")
SERVICE_WORD = named({number: service.name for number, service in enumerate(Service, start=1)})
RESULTS_WORD = named({number: results.name for number, results in enumerate(Results, start=1)})
"""Service and results inside a History-Report, which stays JSON."""
