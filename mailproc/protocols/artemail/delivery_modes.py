"""How ARTEmail carries each message; several it has no word for go as letters to people, or not at all."""

from mailproc.ill.terms import ApduType, Results, Role
from mailproc.protocols.codec import Manner
from mailproc.sentence import sentence

_REQUESTER = {
    ApduType.ILL_REQUEST: Manner.SEND,
    ApduType.CANCEL: Manner.SEND,
    ApduType.RENEW: Manner.NOTICE,  # SEND where its keyword is configured
    ApduType.STATUS_QUERY: Manner.NOTICE,  # the same
    ApduType.RECEIVED: Manner.LOCAL,
    ApduType.RETURNED: Manner.LOCAL,
    ApduType.LOST: Manner.NOTICE,
    ApduType.DAMAGED: Manner.NOTICE,
    ApduType.MESSAGE: Manner.NOTICE,
    ApduType.STATUS_OR_ERROR_REPORT: Manner.LOCAL,  # never sent: attention instead
    ApduType.CONDITIONAL_REPLY: Manner.NOTICE,
}
_RESPONDER = {
    ApduType.ILL_ANSWER: Manner.SEND,  # conditions and estimates: see NO_WORD
    ApduType.SHIPPED: Manner.SEND,
    ApduType.CANCEL_REPLY: Manner.SEND,
    ApduType.RENEW_ANSWER: Manner.SEND,
    ApduType.OVERDUE: Manner.SEND,
    ApduType.RECALL: Manner.NOTICE,  # no code says it: DUE WAIT is no recall
    ApduType.CHECKED_IN: Manner.LOCAL,
    ApduType.LOST: Manner.NOTICE,
    ApduType.DAMAGED: Manner.NOTICE,
    ApduType.MESSAGE: Manner.NOTICE,
    ApduType.STATUS_QUERY: Manner.NOTICE,
    ApduType.EXPIRED: Manner.NOTICE,
    ApduType.FORWARD_NOTIFICATION: Manner.NOTICE,
    ApduType.STATUS_OR_ERROR_REPORT: Manner.LOCAL,
}

NO_WORD = {
    Results.CONDITIONAL: sentence("artemail-no-condition"),
    Results.ESTIMATE: sentence("artemail-no-estimate"),
}
"""Answers that the reports cannot express: these go as letters to people."""

PLAIN = "plain"
"""The dialect with labels instead of codes."""

_PLAIN = _REQUESTER | {ApduType.CANCEL: Manner.NOTICE}
"""The plain dialect has only the request; everything else goes as a notice from people to people."""


def manner(apdu_type: ApduType, role: Role, *, plain: bool = False) -> Manner:
    """Return the manner; REFUSE for what this role never sends."""
    table = _RESPONDER if role is Role.RESPONDER else _PLAIN if plain else _REQUESTER
    return table.get(apdu_type, Manner.REFUSE)
