"""What the configuration says of SLNP, and how each message goes."""

from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.config_load.value_checks import is_loopback
from mailproc.config_slnp import PartnerSlnp
from mailproc.ill.terms import ApduType, Role
from mailproc.protocols.codec import Manner

NAME = "slnp"

_LOCAL = {
    ApduType.RECEIVED, ApduType.CHECKED_IN, ApduType.STATUS_QUERY, ApduType.STATUS_OR_ERROR_REPORT,
    ApduType.EXPIRED, ApduType.FORWARD_NOTIFICATION,
}  # fmt: skip
"""What a ZFL is not told and need not be."""
_TOLD = {
    (ApduType.SHIPPED, Role.RESPONDER),
    (ApduType.ILL_ANSWER, Role.RESPONDER),
    (ApduType.RETURNED, Role.REQUESTER),
}
"""What a ZFL has a word for."""


def door_partner(config: Config) -> Partner | None:
    """Return the partner that connects to the door; None if the door names none that there is."""
    wanted = config.listen_slnp.partner.casefold()
    return next((one for one in config.partner if wanted and one.symbol.casefold() == wanted), None)


def of_door(config: Config) -> PartnerSlnp:
    partner = door_partner(config)
    return partner.slnp if partner else PartnerSlnp()


def warnings(config: Config) -> Iterator[str]:
    """Say what a ZFL is not told, and who else hears what it is told."""
    for one in config.partner:
        if one.codec == NAME and not one.slnp.info.is_on:
            words = ", ".join(one.slnp.info.words.values())
            why = "its field map is empty" if not one.slnp.info.fields else "it has no host and port"
            yield f"partner[{one.symbol}].slnp.info: {why}: staff book {words} in the ZFL's page"
        elif one.codec == NAME:
            yield from _in_clear(one)


def _in_clear(partner: Partner) -> Iterator[str]:
    """Say what others on the way to the ZFL read."""
    told = partner.slnp.info
    if told.is_on and not told.tls and not is_loopback(told.host):
        what = "who borrows what, and the login" if told.login else "who borrows what"
        here = f"partner[{partner.symbol}].slnp.info"
        yield f"{here}: whoever is on the way to {told.host} reads {what}: use tls"


def manner(apdu_type: ApduType, role: Role) -> Manner:
    """Return how a message goes (orders start in the ZFL's portal, which knows what follows from them)."""
    if apdu_type.said_by not in (role, None) or apdu_type is ApduType.ILL_REQUEST:
        return Manner.REFUSE
    if apdu_type in _LOCAL:
        return Manner.LOCAL
    return Manner.SEND if (apdu_type, role) in _TOLD else Manner.NOTICE
