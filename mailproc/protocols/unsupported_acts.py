"""Find the actions for which a partner's protocol has no message, without making its codec.

Showing a request needs no table of reply codes: manners and dialects are enough.
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
    """Return those of ``actions`` (names of the command line) that we as ``role`` can send, in their order.

    An action without a message (close) stays; if the protocol is not installed, nothing else does.
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
