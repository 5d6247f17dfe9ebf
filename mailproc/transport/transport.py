"""How letters leave: one line for each transport; [[partner]] transport names the one of a partner."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.mail.letter import BY_MAIL, Envelope


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


Make = Callable[[Config, Callable[[], datetime]], Transport]
"""From the configuration and the clock; opens no connection."""


def _mail(config: Config, clock: Callable[[], datetime]) -> Transport:
    from mailproc.transport import access_tokens  # here: most verbs send nothing
    from mailproc.transport.smtp_pool import Relays

    return Relays(config.deliver, clock, access_tokens.of_relay(config, clock))


TRANSPORTS: dict[str, Make] = {
    BY_MAIL: _mail,
}


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Transports that there are not."""
    for position, partner in enumerate(config.partner):
        if partner.transport not in TRANSPORTS:
            text = f"must be one of: {', '.join(TRANSPORTS)}"
            yield ConfigProblem(("partner", position, "transport"), text, partner.transport)


def made(config: Config, clock: Callable[[], datetime]) -> Mapping[str, Transport]:
    """All of them, by name: a letter keeps the one that it was written for."""
    return {name: make(config, clock) for name, make in TRANSPORTS.items()}
