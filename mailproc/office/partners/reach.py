"""How each action of ours reaches a partner: as a message of its protocol, as a letter, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from mailproc.config import Partner
from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.ill.actions import ACTIONS, Action
from mailproc.ill.apdu import (
    APDU_CLASSES,
    Apdu,
    CancelReply,
    ConditionalReply,
    IllAnswer,
    IllRequest,
    RenewAnswer,
    Shipped,
)
from mailproc.ill.terms import ApduType, Role, Service
from mailproc.protocols.codec import Codec, Manner


class Reach(StrEnum):
    """The words of ``mailproc check``, in the order in which it names them."""

    MESSAGE = "a message"
    LETTER = "a letter to its people"
    PAGE = "staff book it in its page"
    NOTHING = "nobody is told"
    NOT_POSSIBLE = "not possible"


REQUEST = "request"
"""The one thing said that is no action of ``mailproc act``."""

_WITH_CONTENT: Mapping[ApduType, Apdu] = {
    ApduType.CONDITIONAL_REPLY: ConditionalReply(answer=True),
    ApduType.CANCEL_REPLY: CancelReply(answer=True),
    ApduType.RENEW_ANSWER: RenewAnswer(answer=True),
    ApduType.SHIPPED: Shipped(shipped_service=Service.LOAN),  # some customers are not told of a loan
}
"""Messages that say nothing without content."""


def said_by(role: Role) -> Iterator[tuple[str, Apdu]]:
    """Yield what we as ``role`` can say, in a librarian's order: the action, and its message, bare."""
    if role is Role.REQUESTER:
        yield REQUEST, IllRequest()
    for one in ACTIONS:
        if one.message is not None and one.role in (role, None):
            yield one.name, _message(one, one.message)


def _message(action: Action, kind: ApduType) -> Apdu:
    if action.results is not None:
        return IllAnswer(results=action.results)
    return _WITH_CONTENT.get(kind) or APDU_CLASSES[kind]()


def reach(codec: Codec, partner: Partner, said: Apdu, role: Role) -> Reach:
    """Return how ``said`` reaches ``partner``. What its content changes is not asked."""
    manner = delivery_mode.of_message(codec, partner, said, role, partner.dialect)
    if manner is Manner.REFUSE:
        return Reach.NOT_POSSIBLE
    if manner is Manner.LOCAL:
        return Reach.PAGE if codec.by_hand(said, partner) else Reach.NOTHING
    return Reach.LETTER if manner is Manner.NOTICE or codec.for_people else Reach.MESSAGE


def shown(context: Context) -> Iterator[str]:
    """Give a line about each partner that cannot be told everything as a message of its protocol.

    To people a letter is the message.
    """
    for partner in context.config.partner:
        codec = context.registry.by_name(partner.codec)
        if text := "; ".join(_without_message(codec, partner)):
            yield f"partner {partner.symbol}: no message goes by {partner.codec} for {text}"


def _without_message(codec: Codec, partner: Partner) -> Iterator[str]:
    ours = [role for role in Role if role.other in partner.roles]
    found = [(name, reach(codec, partner, said, role)) for role in ours for name, said in said_by(role)]
    usual = Reach.LETTER if codec.for_people else Reach.MESSAGE
    for one in Reach:
        if one is not usual and (names := _once(name for name, went in found if went is one)):
            yield f"{', '.join(names)} ({one})"


def _once(names: Iterator[str]) -> Sequence[str]:
    return tuple(dict.fromkeys(names))
