"""Kinds of problems that a library system names (NCIP's ProblemType), by who must do what about them."""

from collections.abc import Mapping
from enum import Enum


class ProblemKind(Enum):
    """What a problem means for us. The value is the sentence that tells staff what to do."""

    UNKNOWN_USER = "ncip-unknown-user"
    UNKNOWN_ITEM = "ncip-unknown-item"
    PIN_WRONG = "ncip-pin-wrong"
    USER_BLOCKED = "ncip-user-blocked"
    DATA_MISSING = "ncip-data-missing"
    NOT_SUPPORTED = "ncip-not-supported"
    DUPLICATE = "ncip-duplicate"
    NOT_ALLOWED = "ncip-not-allowed"
    PLACE_WRONG = "ncip-place-wrong"
    LATER = "ncip-later"
    OTHER = "ncip-other-problem"


_K = ProblemKind
_KINDS: Mapping[str, ProblemKind] = {
    "unknown user": _K.UNKNOWN_USER,
    "unkown user": _K.UNKNOWN_USER,  # as Koha's server spells it
    "unknown item": _K.UNKNOWN_ITEM,
    "unknown record": _K.UNKNOWN_ITEM,
    "item not checked out": _K.UNKNOWN_ITEM,
    "user authentication failed": _K.PIN_WRONG,
    "user blocked": _K.USER_BLOCKED,
    "user ineligible to check out this item": _K.USER_BLOCKED,
    "user ineligible to request this item": _K.USER_BLOCKED,
    "maximum check outs exceeded": _K.USER_BLOCKED,
    "needed data missing": _K.DATA_MISSING,
    "no user identifier provided": _K.DATA_MISSING,
    "pickup library not specified": _K.PLACE_WRONG,
    "pickup library invalid": _K.PLACE_WRONG,
    "unsupported service": _K.NOT_SUPPORTED,
    "unknown service": _K.NOT_SUPPORTED,
    "unknown agency": _K.NOT_SUPPORTED,
    "unauthorized service for initiating agency": _K.NOT_SUPPORTED,
    "duplicate request": _K.DUPLICATE,
    "cannot accept item": _K.DUPLICATE,
    "check out not allowed - item is already checked out": _K.DUPLICATE,
    "item does not circulate": _K.NOT_ALLOWED,
    "resource cannot be provided": _K.NOT_ALLOWED,
    "check out not allowed - item has outstanding requests": _K.NOT_ALLOWED,
    "temporary processing failure": _K.LATER,
}


def kind_of(problem_type: str) -> ProblemKind:
    """Return what a ProblemType means, however its words are written."""
    return _KINDS.get(" ".join(problem_type.casefold().split()), ProblemKind.OTHER)
