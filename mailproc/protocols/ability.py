"""Which acts of ours a partner's protocol has no message for, told without making its codec.

Whoever only looks at a request needs no table of codes: the manners and the dialects are enough.
"""

from collections.abc import Callable, Mapping, Sequence

from mailproc.config import Config, Partner
from mailproc.ill.terms import ApduType, Results, Role
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
    manner, takes = (_artemail if codec == "artemail" else _iso10161)(dialect, config)
    switches = partner.manner if partner else {}

    def able(action: str) -> bool:
        if action in ANSWERS:
            return takes(ANSWERS[action])
        kind = SAYS.get(action)
        refused = kind and Manner.REFUSE in (manner(kind, role), switches.get(kind.name.lower()))
        return not refused

    return tuple(action for action in actions if able(action))


Ability = tuple[Callable[[ApduType, Role], Manner], Callable[[Results], bool]]


def _artemail(dialect: str, _config: Config) -> Ability:
    from mailproc.protocols.artemail import manners

    plain = dialect == manners.PLAIN
    return (
        lambda kind, role: manners.manner(kind, role, plain=plain),
        lambda results: results not in manners.NO_WORD,
    )


def _iso10161(dialect: str, config: Config) -> Ability:
    from mailproc.protocols.iso10161 import dialects

    overlay = config.iso10161.dialects
    known = dialects.load(config.file.parent / overlay if overlay else None)
    spoken = known.get(dialect, known[dialects.STANDARD])
    return spoken.manner, lambda results: results is Results.WILL_SUPPLY or results in spoken.answers
