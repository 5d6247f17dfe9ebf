"""What the other side says in a state of ours: which acts staff are offered first where they record it.

What comes late or overtakes another message is taken too, by the state tables; it is expected nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailproc.ill.terms import Role, State

S = State  # the rows stay readable only with a short name


@dataclass(frozen=True)
class Expected:
    """Names of acts, with the answer where there are two: those of ``likely`` are suggested, the likeliest
    first; ``also`` fits."""

    likely: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def acts(self) -> frozenset[str]:
        """Return all of them without their answers."""
        return frozenset(name.partition(" ")[0] for name in (*self.likely, *self.also))


_PROMISES = ("will-supply", "conditional", "hold", "answer-retry")
_NOTICES = ("locations", "estimate", "forward")
_OUT = Expected(("overdue", "recall", "lost", "check-in"))
_RENEWING = Expected(("renew-reply yes", "renew-reply no", "recall", "overdue"), ("lost", "check-in"))
_HELD = Expected(("return", "renew", "receive", "lost"), ("damaged",))
_LATE = Expected(("return", "lost"), ("damaged",))
_NOTHING = Expected(())

_OF_A_LENDER: Mapping[State, Expected] = {
    S.PENDING: Expected(("ship", "unfilled", *_PROMISES), _NOTICES),
    S.CONDITIONAL: Expected(("ship", "unfilled"), (*_PROMISES, *_NOTICES)),
    S.CANCEL_PENDING: Expected(
        ("cancel-reply yes", "cancel-reply no", "ship"), ("unfilled", *_PROMISES, *_NOTICES)
    ),
    S.NOT_SUPPLIED: Expected(("ship",)),
    S.CANCELLED: Expected(("ship",)),
    S.SHIPPED: _OUT,
    S.RECEIVED: Expected(("recall", "overdue", "lost", "check-in"), ("damaged",)),
    S.RENEW_PENDING: _RENEWING,
    S.RENEW_OVERDUE: _RENEWING,
    S.NOT_RECEIVED_OVERDUE: _OUT,
    S.OVERDUE: _OUT,
    S.RECALL: Expected(("recall", "check-in", "lost")),
    S.RETURNED: Expected(("check-in", "overdue", "lost"), ("damaged",)),
    S.LOST: Expected(("check-in", "found")),
}
_OF_A_BORROWER: Mapping[State, Expected] = {
    S.IN_PROCESS: Expected(("cancel",)),
    S.CONDITIONAL: Expected(("answer-condition yes", "answer-condition no", "cancel")),
    S.SHIPPED: _HELD,
    S.OVERDUE: _HELD,
    S.RENEW_PENDING: Expected(("return", "receive", "lost"), ("damaged",)),
    S.RENEW_OVERDUE: _LATE,
    S.RECALL: _LATE,
    S.LOST: Expected(("found", "return")),
}
OF_SIDE: Mapping[Role, Mapping[State, Expected]] = MappingProxyType(
    {Role.RESPONDER: _OF_A_LENDER, Role.REQUESTER: _OF_A_BORROWER}
)
"""By who says it. An answer stands only where something was asked."""


def expected(side: Role, state: State) -> Expected:
    """Return what that side says while our transaction is in ``state``."""
    return OF_SIDE[side].get(state, _NOTHING)
