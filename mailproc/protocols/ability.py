"""Which acts of ours a partner's protocol has no message for, told without making its codec.

Whoever only looks at a request needs no table of codes: the manners and the dialects are enough.
"""

from collections.abc import Mapping, Sequence

from mailproc.config import Config, Partner
from mailproc.ill.terms import ApduType, Results, Role
from mailproc.protocols import registry
from mailproc.protocols.codec import Manner

SAYS: Mapping[str, ApduType] = {
    "cancel": ApduType.CANCEL, "receive": ApduType.RECEIVED, "return": ApduType.RETURNED,
    "renew": ApduType.RENEW, "answer-condition": ApduType.CONDITIONAL_REPLY, "ship": ApduType.SHIPPED,
    "forward": ApduType.FORWARD_NOTIFICATION, "check-in": ApduType.CHECKED_IN,
    "cancel-reply": ApduType.CANCEL_REPLY, "renew-reply": ApduType.RENEW_ANSWER,
    "overdue": ApduType.OVERDUE, "recall": ApduType.RECALL, "lost": ApduType.LOST,
    "damaged": ApduType.DAMAGED, "message": ApduType.MESSAGE, "query": ApduType.STATUS_QUERY,
}  # fmt: skip
ANSWERS: Mapping[str, Results] = {
    "will-supply": Results.WILL_SUPPLY, "hold": Results.HOLD_PLACED, "conditional": Results.CONDITIONAL,
    "answer-retry": Results.RETRY, "unfilled": Results.UNFILLED, "locations": Results.LOCATIONS_PROVIDED,
    "estimate": Results.ESTIMATE,
}  # fmt: skip


def sayable(
    actions: Sequence[str], codec: str, role: Role, dialect: str, config: Config, partner: Partner | None
) -> tuple[str, ...]:
    """Those of ``actions`` (names of the command line) that we as ``role`` can say, in their order.

    What is said to nobody (close) stays. ``partner``: its switches may forbid more.
    """
    ability = registry.protocol(codec).ability(dialect, config)
    switches = partner.manner if partner else {}

    def able(action: str) -> bool:
        if action in ANSWERS:
            return ability.takes(ANSWERS[action])
        kind = SAYS.get(action)
        refused = kind and Manner.REFUSE in (ability.manner(kind, role), switches.get(kind.name.lower()))
        return not refused

    return tuple(action for action in actions if able(action))
