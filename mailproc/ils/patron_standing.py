"""What the library system says of a patron, by whatever protocol it was asked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Block(StrEnum):
    """Why a patron may not borrow."""

    CHARGE_DENIED = "charge-denied"
    RENEWAL_DENIED = "renewal-denied"
    RECALL_DENIED = "recall-denied"
    HOLD_DENIED = "hold-denied"
    CARD_LOST = "card-lost"
    TOO_MANY_CHARGED = "too-many-charged"
    TOO_MANY_OVERDUE = "too-many-overdue"
    TOO_MANY_RENEWALS = "too-many-renewals"
    TOO_MANY_CLAIMS = "too-many-claims"
    TOO_MANY_LOST = "too-many-lost"
    FINES = "fines"
    FEES = "fees"
    RECALL_OVERDUE = "recall-overdue"
    TOO_MANY_BILLED = "too-many-billed"


@dataclass(frozen=True)
class PatronStanding:
    """One patron, as known at the moment of the question.

    ``known``: whether there is such a patron; all else is empty if not. ``pin_valid``: None if no PIN was
    given, or nothing was said. ``address``: one line. ``expires_on``: the last day. ``owes``: in
    ``currency``; None if not said. ``message``: for staff, as the system words it.
    """

    known: bool
    id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    category: str = ""
    expires_on: date | None = None
    blocks: tuple[Block, ...] = ()
    pin_valid: bool | None = None
    owes: Decimal | None = None
    currency: str = ""
    message: str = ""
