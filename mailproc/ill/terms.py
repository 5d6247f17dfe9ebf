"""The terms and numbers of ISO 10161-1 that all of mailproc uses.

State numbers are ``Current-State`` of the standard's ASN.1 module. Seven words are both a
state and an APDU (SHIPPED, RECEIVED, RETURNED, CHECKED_IN, RECALL, OVERDUE, LOST): always
write the enum before them.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """Our role in a transaction. Texts for people say "borrower" and "lender"."""

    REQUESTER = "REQUESTER"
    RESPONDER = "RESPONDER"

    @property
    def other(self) -> "Role":
        return Role.RESPONDER if self is Role.REQUESTER else Role.REQUESTER


class Service(StrEnum):
    """ILL-Service-Type, by name. Only LOAN and COPY have a state table of their own."""

    LOAN = "LOAN"
    COPY = "COPY"
    LOCATIONS = "LOCATIONS"
    ESTIMATE = "ESTIMATE"
    RESPONDER_SPECIFIC = "RESPONDER_SPECIFIC"


class State(IntEnum):
    """Current-State. IDLE has no number in the standard; UNKNOWN is reported, never stored.

    SHELVED_CANCEL is no stored state either: "no such transaction, but a Cancel with this
    identity lies on the shelf".
    """

    SHELVED_CANCEL = -1
    IDLE = 0
    NOT_SUPPLIED = 1
    PENDING = 2
    IN_PROCESS = 3
    FORWARD = 4
    CONDITIONAL = 5
    CANCEL_PENDING = 6
    CANCELLED = 7
    SHIPPED = 8
    RECEIVED = 9
    RENEW_PENDING = 10
    NOT_RECEIVED_OVERDUE = 11
    RENEW_OVERDUE = 12
    OVERDUE = 13
    RETURNED = 14
    CHECKED_IN = 15
    RECALL = 16
    LOST = 17
    UNKNOWN = 18

    @property
    def awaits_answer(self) -> bool:
        """Whether we, as borrower, still wait to hear if it is supplied."""
        return self in (State.PENDING, State.CONDITIONAL, State.CANCEL_PENDING)

    @property
    def gives_way(self) -> bool:
        """Whether the attempt, as borrower, ended without an item, so that the next library may be asked."""
        return self in (State.NOT_SUPPLIED, State.CANCELLED, State.LOST)

    @property
    def lent_out(self) -> bool:
        """Whether an item is out, from Shipped until it goes back, so that its due date counts."""
        return self in _LENT_OUT


_LENT_OUT = frozenset(
    {
        State.SHIPPED, State.RECEIVED, State.RENEW_PENDING, State.NOT_RECEIVED_OVERDUE, State.OVERDUE,
        State.RENEW_OVERDUE, State.RECALL,
    }
)  # fmt: skip


class ApduType(IntEnum):
    """The twenty APDUs, with the number of their APPLICATION tag."""

    ILL_REQUEST = 1
    FORWARD_NOTIFICATION = 2
    SHIPPED = 3
    ILL_ANSWER = 4
    CONDITIONAL_REPLY = 5
    CANCEL = 6
    CANCEL_REPLY = 7
    RECEIVED = 8
    RECALL = 9
    RETURNED = 10
    CHECKED_IN = 11
    OVERDUE = 12
    RENEW = 13
    RENEW_ANSWER = 14
    LOST = 15
    DAMAGED = 16
    MESSAGE = 17
    STATUS_QUERY = 18
    STATUS_OR_ERROR_REPORT = 19
    EXPIRED = 20

    @property
    def said_by(self) -> Role | None:
        """The one role that sends it; None if both may."""
        if self in _SAID_BY_BOTH:
            return None
        return Role.REQUESTER if self in _SAID_BY_REQUESTER else Role.RESPONDER


_SAID_BY_REQUESTER = frozenset(
    {
        ApduType.ILL_REQUEST,
        ApduType.CONDITIONAL_REPLY,
        ApduType.CANCEL,
        ApduType.RECEIVED,
        ApduType.RETURNED,
        ApduType.RENEW,
    }
)
_SAID_BY_BOTH = frozenset(
    {
        ApduType.LOST,
        ApduType.DAMAGED,
        ApduType.MESSAGE,
        ApduType.STATUS_QUERY,
        ApduType.STATUS_OR_ERROR_REPORT,
    }
)


class Results(StrEnum):
    """Transaction-Results of an ILL-Answer."""

    CONDITIONAL = "CONDITIONAL"
    RETRY = "RETRY"
    UNFILLED = "UNFILLED"
    LOCATIONS_PROVIDED = "LOCATIONS_PROVIDED"
    WILL_SUPPLY = "WILL_SUPPLY"
    HOLD_PLACED = "HOLD_PLACED"
    ESTIMATE = "ESTIMATE"


REASON_UNFILLED: dict[str, int] = {
    "in-use-on-loan": 1, "in-process": 2, "lost": 3, "non-circulating": 4, "not-owned": 5,
    "on-order": 6, "volume-issue-not-yet-available": 7, "at-bindery": 8, "lacking": 9,
    "not-on-shelf": 10, "on-reserve": 11, "poor-condition": 12, "cost-exceeds-limit": 13,
    "charges": 14, "prepayment-required": 15, "lacks-copyright-compliance": 16,
    "not-found-as-cited": 17, "locations-not-found": 18, "on-hold": 19, "policy-problem": 20,
    "mandatory-messaging-not-supported": 21, "expiry-not-supported": 22,
    "requested-delivery-services-not-supported": 23,
    "preferred-delivery-time-not-possible": 24, "other": 27, "responder-specific": 28,
}  # fmt: skip
"""Reason-Unfilled of the ASN.1 module: the standard's name and number."""


CONDITIONS: dict[str, int] = {
    "cost-exceeds-limit": 13, "charges": 14, "prepayment-required": 15, "lacks-copyright-compliance": 16,
    "not-found-as-cited": 17, "library-use-only": 22, "no-reproduction": 23,
    "client-signature-required": 24, "special-collections-supervision-required": 25, "other": 27,
    "responder-specific": 28, "proposed-delivery-service": 30,
}  # fmt: skip
"""Conditional-Results.conditions of the ASN.1 module (17 was added by its register)."""


@dataclass(frozen=True)
class TransactionId:
    """The name of one attempt on the wire.

    Qualifiers are opaque and may hold any character. Absent qualifiers are '' (two NULLs are not equal in a
    UNIQUE constraint). Symbols are compared ignoring case.
    """

    initial_requester: str = ""
    tgq: str = ""
    tq: str = ""
    stq: str = ""


@dataclass(frozen=True)
class Ref:
    """What a wire without the standard's identity (ARTEmail) says about the transaction.

    ``number`` is the request number of the borrower's system, ``order_line`` the British Library's own id,
    ``file_ref`` the FILEREFNO of an order file. '' if not given.
    """

    customer_code: str = ""
    number: str = ""
    order_line: str = ""
    file_ref: str = ""
