"""How letters leave: one line for each transport; [[partner]] transport names the one of a partner."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailproc.config import Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.mail.letter import BY_MAIL, Envelope
from mailproc.protocols import registry
from mailproc.transport.incoming import Keep
from mailproc.transport.open_lines import OpenLines


class Transport(Protocol):
    """Hands letters over; for several threads."""

    def send(self, envelope: Envelope, raw: bytes, name: str) -> str:
        """Send the letter ``name`` ("O12"); return the receiver's answer once it has stored the letter.

        Raises TryLater where it has it not, and may have it later; GiveUp where it never will; InDoubt where
        nobody can tell: the line broke after the last byte and before the answer. Ends after a bounded time.
        """
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


@dataclass(frozen=True)
class Sending:
    """What a transport may need. ``keep``: stores what comes back on a connection of ours (``Keep``);
    ``lines``: connections of partners who wait for their answers."""

    config: Config
    clock: Callable[[], datetime]
    keep: Keep
    lines: OpenLines


Make = Callable[[Sending], Transport]
"""Opens no connection."""


def _mail(sending: Sending) -> Transport:
    from mailproc.transport import access_tokens  # here: most verbs send nothing
    from mailproc.transport.smtp_pool import Relays

    config, clock = sending.config, sending.clock
    return Relays(config.deliver, clock, access_tokens.of_relay(config, clock))


def _tcp(sending: Sending) -> Transport:
    from mailproc.transport.tcp_out import TcpOut

    return TcpOut(sending)


def _slnp(sending: Sending) -> Transport:
    from mailproc.transport.slnp_out import SlnpOut

    return SlnpOut(sending.config)


def _http(sending: Sending) -> Transport:
    from mailproc.transport.hub_post import HubOut

    return HubOut(sending.config.hub, sending.clock, sending.keep)


TRANSPORTS: dict[str, Make] = {
    BY_MAIL: _mail,
    "tcp": _tcp,
    "slnp": _slnp,
    "http": _http,
}


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Transports that there are not, or that do not carry the messages of the partner's codec."""
    for position, partner in enumerate(config.partner):
        loc = ("partner", position)
        yield from _unknown(partner.transport, partner, (*loc, "transport"))
        if partner.fallback:
            yield from _unknown(partner.fallback, partner, (*loc, "fallback"))
        if partner.fallback and partner.fallback == partner.transport:
            text = 'is the transport too: name the other one, or ""'
            yield ConfigProblem((*loc, "fallback"), text, partner.fallback)


def _unknown(name: str, partner: Partner, loc: Loc) -> Iterator[ConfigProblem]:
    if name not in TRANSPORTS:
        yield ConfigProblem(loc, f"must be one of: {', '.join(TRANSPORTS)}", name)
    elif partner.codec in registry.PROTOCOLS and name not in (
        carried := registry.PROTOCOLS[partner.codec].transports
    ):
        text = f"does not carry codec {partner.codec}; its messages go by: {', '.join(carried)}"
        yield ConfigProblem(loc, text, name)


def made(sending: Sending) -> Mapping[str, Transport]:
    """All of them, by name: a letter keeps the one that it was written for."""
    return {name: make(sending) for name, make in TRANSPORTS.items()}
