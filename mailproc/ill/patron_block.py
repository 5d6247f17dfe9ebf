"""Why a library system lets a patron borrow nothing, or not all."""

from enum import StrEnum


class PatronBlock(StrEnum):
    """In the order of SIP2's patron status (3M SIP2 2.00, "patron status"): one position each."""

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
