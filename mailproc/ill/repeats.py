"""Is a letter new, the same one delivered again, or said once more? By its service time.

ISO 10161-1, service-date-time: ``sent_at`` is date-time-of-this-service, ``original_sent_at``
date-time-of-original-service, which only a repeat has. Both are the sender's wall time without
zone: they name a service, they do not order it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import ApduType


class Heard(StrEnum):
    """NEW also where a repeat comes whose original never did: it counts as the first."""

    NEW = "NEW"
    DELIVERED_AGAIN = "DELIVERED_AGAIN"  # the very same service: nothing to be done
    SAID_AGAIN = "SAID_AGAIN"  # a repeat: the state stays, our last answer goes out again
    SAME_TIME = "SAME_TIME"  # another service under the same name: taken, and shown to staff


def has_time(apdu: Apdu) -> bool:
    """Does its wire name the service at all?"""
    return apdu.transaction is not None and apdu.sent_at is not None


def judge(apdu: Apdu, earlier: Iterable[Apdu]) -> Heard:
    """What ``apdu`` is among those of its transaction heard ``earlier``, whatever their kind."""
    same_kind = [one for one in earlier if one.type is apdu.type]
    if any(one.sent_at == apdu.sent_at and words(one) == words(apdu) for one in same_kind):
        return Heard.DELIVERED_AGAIN
    originals = {one.sent_at for one in same_kind} | {one.original_sent_at for one in same_kind}
    if apdu.original_sent_at is not None and apdu.original_sent_at in originals:
        return Heard.SAID_AGAIN
    if any(one.original_sent_at == apdu.sent_at for one in same_kind):
        return Heard.DELIVERED_AGAIN  # the original, overtaken by its repeat
    if any(one.sent_at == apdu.sent_at for one in same_kind):
        return Heard.SAME_TIME
    return Heard.NEW


ANSWERS = {
    ApduType.CANCEL: ApduType.CANCEL_REPLY,
    ApduType.RENEW: ApduType.RENEW_ANSWER,
    ApduType.ILL_ANSWER: ApduType.CONDITIONAL_REPLY,
}
"""By the kind of a question, what answers it; a repeated request is answered by the state tables."""


def our_answer(question: Apdu, said: Sequence[Apdu]) -> Apdu | None:
    """What we last answered to a question of this kind. ``said``: all we said, oldest first."""
    kind = ANSWERS.get(question.type)
    return next((one for one in reversed(said) if one.type is kind), None)


def words(apdu: Apdu) -> Apdu:
    """The APDU without what each letter has of its own: when it was sent, where answers go, what the
    libraries are called."""
    return replace(
        apdu,
        sent_at=None,
        original_sent_at=None,
        reply_to=(),
        extensions=(),
        requester_name=None,
        responder_name=None,
    )
