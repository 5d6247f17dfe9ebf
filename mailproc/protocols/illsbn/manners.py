"""What goes as a message of the hub, what as a letter to people, and what nobody is told."""

from mailproc.ill.terms import ApduType, Role
from mailproc.protocols.codec import Manner

_WITHOUT_WORD: dict[tuple[ApduType, Role], Manner] = {
    (ApduType.MESSAGE, Role.REQUESTER): Manner.NOTICE,  # systems behind the hub refuse it
    (ApduType.MESSAGE, Role.RESPONDER): Manner.NOTICE,
    (ApduType.FORWARD_NOTIFICATION, Role.RESPONDER): Manner.NOTICE,
    (ApduType.DAMAGED, Role.RESPONDER): Manner.NOTICE,  # only a borrower says it
    (ApduType.STATUS_OR_ERROR_REPORT, Role.REQUESTER): Manner.LOCAL,  # the hub alone reports
    (ApduType.STATUS_OR_ERROR_REPORT, Role.RESPONDER): Manner.LOCAL,
}


def manner(apdu_type: ApduType, role: Role) -> Manner:
    """Return how we as ``role`` send it; REFUSE for what this role never says."""
    if apdu_type.said_by not in (role, None):
        return Manner.REFUSE
    return _WITHOUT_WORD.get((apdu_type, role), Manner.SEND)
