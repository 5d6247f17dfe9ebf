"""Decide by its service time whether a message is new, delivered again, or repeated.

ISO 10161-1, service-date-time: ``sent_at`` is date-time-of-this-service, ``original_sent_at``
date-time-of-original-service, which only a repeat has. Both are the sender's wall time without zone: they
identify a service, and say nothing about order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import ApduType


class Heard(StrEnum):
    """The result. NEW also for a repeat whose original never came: it counts as the first."""

    NEW = "NEW"
    DELIVERED_AGAIN = "DELIVERED_AGAIN"  # the same service: nothing to do
    SAID_AGAIN = "SAID_AGAIN"  # a repeat: the state stays, our last answer is sent again
    SAME_TIME = "SAME_TIME"  # another service with the same time: accepted, and shown to staff


def has_time(apdu: Apdu) -> bool:
    """Return whether its wire format identifies the service at all."""
    return apdu.transaction is not None and apdu.sent_at is not None


def judge(apdu: Apdu, earlier: Iterable[Apdu]) -> Heard:
    """Return what ``apdu`` is among those of its transaction received ``earlier``, of whatever type."""
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
"""For each type of question the type of its answer; the state tables answer a repeated request."""


def our_answer(question: Apdu, said: Sequence[Apdu]) -> Apdu | None:
    """Return our last answer to a question of this type. ``said``: all that we sent, oldest first."""
    kind = ANSWERS.get(question.type)
    return next((one for one in reversed(said) if one.type is kind), None)


def words(apdu: Apdu) -> Apdu:
    """Return the APDU without what differs in each letter: its time, reply addresses, names of libraries."""
    return replace(
        apdu,
        sent_at=None,
        original_sent_at=None,
        reply_to=(),
        extensions=(),
        requester_name=None,
        responder_name=None,
    )
