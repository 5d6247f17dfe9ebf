"""How an APDU goes to a partner: what its protocol can, lessened by the partner's switches."""

from collections.abc import Mapping, Sequence

from mailproc.config import Partner
from mailproc.flow.context import Context
from mailproc.ill import machine
from mailproc.ill.actions import WANTS_ANSWER
from mailproc.ill.terms import ApduType, Role
from mailproc.protocols import unsupported_acts
from mailproc.protocols.codec import Codec, Manner
from mailproc.store.rows import Transaction

OPTIONAL: Mapping[Role, tuple[ApduType, ...]] = {
    Role.REQUESTER: (ApduType.RECEIVED, ApduType.RETURNED),
    Role.RESPONDER: (ApduType.SHIPPED, ApduType.CHECKED_IN),
}
"""What each side may leave unsaid (ISO 10161-1, Requester- and Responder-Optional-Messages-Type)."""


def effective(codec: Codec, partner: Partner | None, apdu_type: ApduType, role: Role, dialect: str) -> Manner:
    """SEND, NOTICE, LOCAL or REFUSE.

    ``[partner.manner]`` may turn what the protocol can into less, and what it does silently
    into a notice to people; it can never make a protocol say what it has no word for.
    """
    able = codec.manner(apdu_type, role, dialect, partner)
    switch = partner.manner.get(apdu_type.name.lower()) if partner else None
    if switch is None or able is Manner.REFUSE:
        return able
    wanted = Manner(switch)
    return able if wanted is Manner.SEND else wanted


def sayable(actions: Sequence[str], transaction: Transaction, context: Context) -> tuple[str, ...]:
    """Those of our ``actions`` that the protocol of this transaction has a message for, or needs none; where
    our order never left, those that want no answer. Who renews by itself is not asked to."""
    partner = context.partners.get(transaction.partner)
    role, codec, dialect = transaction.role, transaction.codec, transaction.dialect
    options = transaction.options or {}
    if options.get("renewal_on"):
        actions = [action for action in actions if action != "renew"]
    if options.get("unsent"):
        actions = [action for action in actions if action not in WANTS_ANSWER]
    return unsupported_acts.sayable(actions, codec, role, dialect, context.config, partner)


def possible(transaction: Transaction, context: Context) -> tuple[str, ...]:
    """The actions of ours that the law allows now and the partner can be told, the likeliest first."""
    row = transaction
    return sayable(machine.possible(row.role, row.service, row.state, row.state_before), row, context)
