"""How an APDU goes to a partner: what its protocol can express, restricted by the partner's settings."""

from collections.abc import Mapping, Sequence

from mailproc.config import Config, Partner
from mailproc.flow.context import Context
from mailproc.ill import loan_terms, machine, right_item
from mailproc.ill.actions import BY_NAME, WANTS_ANSWER, WITHIN
from mailproc.ill.apdu import Apdu
from mailproc.ill.apdu_json import DeliveryJson
from mailproc.ill.attention import Reason
from mailproc.ill.message_content import WRONG
from mailproc.ill.terms import ApduType, Role, State
from mailproc.mail.addresses import is_sendable
from mailproc.protocols import registry
from mailproc.protocols.codec import Codec, Manner
from mailproc.protocols.protocol import NONE
from mailproc.store.rows import Transaction

OPTIONAL: Mapping[Role, tuple[ApduType, ...]] = {
    Role.REQUESTER: (ApduType.RECEIVED, ApduType.RETURNED),
    Role.RESPONDER: (ApduType.SHIPPED, ApduType.CHECKED_IN),
}
"""Messages that each side may omit (ISO 10161-1, Requester- and Responder-Optional-Messages-Type)."""


DOCUMENT = "partner/document"
"""The text of a letter that brings files to a partner's people."""
_TEXTS = {ApduType.ILL_REQUEST: "partner/order", ApduType.RETURNED: "partner/returned"}


def effective(codec: Codec, partner: Partner | None, apdu_type: ApduType, role: Role, dialect: str) -> Manner:
    """Return SEND, NOTICE, LOCAL or REFUSE.

    ``[partner.manner]`` can only restrict what the protocol can express, or turn a silent change of state
    into a notice; it cannot make a protocol express what it has no message for.
    """
    able = codec.manner(apdu_type, role, dialect, partner)
    switch = partner.manner.get(apdu_type.name.lower()) if partner else None
    if switch is None or able is Manner.REFUSE:
        return able
    wanted = Manner(switch)
    return able if wanted is Manner.SEND else wanted


def of_message(codec: Codec, partner: Partner | None, apdu: Apdu, role: Role, dialect: str) -> Manner:
    """Return the same for one message.

    LOCAL also if this partner is not sent it, and does not need it; NOTICE also if its system has no message
    for it, while there is one for its type.
    """
    manner = effective(codec, partner, apdu.type, role, dialect)
    if manner is not Manner.SEND:
        return manner
    if codec.unsaid(apdu, dialect, partner):
        return Manner.LOCAL
    return Manner.NOTICE if codec.lacks_word(apdu, dialect) else manner


def text_of(apdu: Apdu) -> str:
    """Return the name of the text in which the people of a partner read ``apdu``."""
    return _TEXTS.get(apdu.type, "partner/notice")


def documents_to(delivery: DeliveryJson | None, usual: str) -> str:
    """Return where files go that no message carries: the electronic delivery address, else ``usual``."""
    wanted = str((delivery or {}).get("electronic") or "")
    return wanted if is_sendable(wanted) else usual


def not_renewed(transaction: Transaction) -> str:
    """Return why the lender will not renew this loan to us, as a code; '' if it may."""
    if transaction.role is not Role.REQUESTER:
        return ""
    return loan_terms.against_renewal((transaction.options or {}).get("loan_terms"), transaction.renewable)


def sayable(actions: Sequence[str], transaction: Transaction, context: Context) -> tuple[str, ...]:
    """Return those of our ``actions`` that the protocol of this transaction can express.

    If our order never left, only actions that need no answer remain. "renew" is left out if the lender renews
    automatically, or does not renew; and what makes no sense of a wrong item, which no reader gets.
    """
    partner = context.partners.get(transaction.partner)
    role, codec, dialect = transaction.role, transaction.codec, transaction.dialect
    options = transaction.options or {}
    if options.get("renewal_on") or not_renewed(transaction):
        actions = [action for action in actions if action != "renew"]
    if options.get("flaw") == WRONG:
        actions = [action for action in actions if action not in ("renew", *WITHIN)]
    if options.get("unsent"):
        actions = [action for action in actions if action not in WANTS_ANSWER]
    return expressible(actions, codec, role, dialect, context.config, partner)


def expressible(
    actions: Sequence[str], codec: str, role: Role, dialect: str, config: Config, partner: Partner | None
) -> tuple[str, ...]:
    """Return those of ``actions`` (names of the command line) that we as ``role`` can send, in their order.

    The codec is not made: to show a request, manners and dialects are enough, without the reply codes.

    An action without a message (close) stays; if the protocol is not installed, nothing else does.
    ``partner``: its switches may forbid more.
    """
    protocol = registry.PROTOCOLS.get(codec)
    ability = protocol.ability(dialect, config) if protocol else NONE
    switches = partner.manner if partner else {}

    def able(name: str) -> bool:
        action = BY_NAME[name]
        kind = action.message
        if kind is None:
            return True
        return Manner.REFUSE not in (ability.manner(kind, role), switches.get(kind.name.lower()))

    return tuple(action for action in actions if able(action))


def possible(transaction: Transaction, context: Context) -> tuple[str, ...]:
    """Return the actions that the state tables allow now and the partner can be sent, the likeliest first.

    A cancellation that waits for its answer is only repeated, so "cancel" is left out then.
    """
    row = transaction
    allowed = machine.possible(row.role, row.service, row.state, row.state_before)
    if receives_again(row) and "receive" not in allowed:
        allowed = ("receive", *allowed)  # the rest of it, or the right one
    if cancel_waits(row):
        allowed = tuple(action for action in allowed if action != "cancel")
    return sayable(allowed, row, context)


def receives_again(transaction: Transaction) -> bool:
    """Return whether the rest may still come, or the right item, beside what the state tables allow."""
    row, flaw = transaction, (transaction.options or {}).get("flaw", "")
    return (row.state is State.RECEIVED and bool(flaw)) or right_item.may_come(row.role, row.state, flaw)


def cancel_waits(transaction: Transaction) -> bool:
    """Return whether our Cancel waits for the answer of the library that has the request now."""
    waits = transaction.role is Role.REQUESTER and transaction.state is State.CANCEL_PENDING
    return waits and Reason.CANCEL_UNHEARD not in (transaction.attention or ())
