"""Keep connections to the relay: as many as letters are sent in parallel."""

from collections.abc import Callable
from datetime import datetime
from queue import Empty, LifoQueue

from mailproc.config import Deliver
from mailproc.mail.letter import Envelope
from mailproc.transport.access_tokens import AccessTokens
from mailproc.transport.smtp_out import Relay


class Relays:
    """At most ``deliver.max_connections``, for several threads. The one that was used last is used first, so
    that few letters open few connections."""

    def __init__(
        self, deliver: Deliver, clock: Callable[[], datetime], tokens: AccessTokens | None = None
    ) -> None:
        self._idle: LifoQueue[Relay] = LifoQueue()
        for _ in range(deliver.max_connections):
            self._idle.put(Relay(deliver, clock, tokens))

    def send(self, envelope: Envelope, raw: bytes, name: str = "") -> str:  # noqa: ARG002  # a Transport's
        """As ``Relay.send``; waits for a connection where all are in use."""
        relay = self._idle.get()
        try:
            return relay.send(envelope, raw)
        finally:
            self._idle.put(relay)

    def close(self) -> None:
        """Say goodbye on each connection that is not in use, until one has no reply: then the relay is away,
        and the rest are closed without a word."""
        closed: list[Relay] = []
        try:
            while True:
                closed.append(self._idle.get_nowait())
        except Empty:
            answers = True
            for relay in closed:
                if answers:
                    answers = relay.close()
                else:
                    relay.drop()
                self._idle.put(relay)
