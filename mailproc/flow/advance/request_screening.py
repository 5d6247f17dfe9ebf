"""Refuse a new request of a partner that asks for something we do not do, before anybody sees the item.

The answer is Unfilled with the standard's reason (ISO 10161-1, Transaction-Type and
Requester-Optional-Messages).
"""

from mailproc.flow import delivery_mode
from mailproc.flow.case import Case
from mailproc.ill.apdu import IllRequest
from mailproc.ill.facts import RequestRefusal
from mailproc.ill.terms import ApduType, Role
from mailproc.protocols.codec import Manner

SIMPLE = (None, "SIMPLE")


def refused(case: Case, wanted: IllRequest) -> RequestRefusal | None:
    """Return ``reason`` (Reason-Unfilled) and ``note`` of the answer; None if staff are to answer."""
    if wanted.transaction_type not in SIMPLE:
        note = f"{wanted.transaction_type}: we take part in simple transactions only; please ask us directly."
        return {"reason": "policy-problem", "note": note}
    required = wanted.optional_messages.requires if wanted.optional_messages else ()
    unmet = [name for name in required if not _can_say(case, name)]
    if unmet:
        note = f"We cannot send: {', '.join(unmet)}."
        return {"reason": "mandatory-messaging-not-supported", "note": note}
    return None


def _can_say(case: Case, name: str) -> bool:
    if name not in ApduType.__members__:
        return False
    transaction, context = case.transaction, case.context
    codec = context.registry.by_name(transaction.codec)
    partner = context.partners.get(transaction.partner)
    way = delivery_mode.effective(codec, partner, ApduType[name], Role.RESPONDER, transaction.dialect)
    return way is Manner.SEND
