"""Which acts of ours a partner's protocol has no message for, told without making its codec.

Whoever only looks at a request needs no table of codes: the manners and the dialects are enough.
"""

from collections.abc import Sequence

from mailproc.config import Config, Partner
from mailproc.ill.actions import BY_NAME
from mailproc.ill.terms import Role
from mailproc.protocols import registry
from mailproc.protocols.codec import Manner
from mailproc.protocols.protocol import NONE


def sayable(
    actions: Sequence[str], codec: str, role: Role, dialect: str, config: Config, partner: Partner | None
) -> tuple[str, ...]:
    """Those of ``actions`` (names of the command line) that we as ``role`` can say, in their order.

    What is said to nobody (close) stays; by a protocol that this program no longer has, nothing else.
    ``partner``: its switches may forbid more.
    """
    protocol = registry.PROTOCOLS.get(codec)
    ability = protocol.ability(dialect, config) if protocol else NONE
    switches = partner.manner if partner else {}

    def able(name: str) -> bool:
        action = BY_NAME[name]
        if action.results is not None:
            return ability.takes(action.results)
        kind = action.message
        if kind is None:
            return True
        return Manner.REFUSE not in (ability.manner(kind, role), switches.get(kind.name.lower()))

    return tuple(action for action in actions if able(action))
