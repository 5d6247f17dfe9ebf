"""How letters come in while the service runs: what a channel of ``mail.channel`` is to the daemon."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailproc.config import Config
from mailproc.store.inbox import NewLetter, StoredLetter

Keep = Callable[[Sequence[NewLetter]], "Future[list[StoredLetter]]"]
"""Gives at once a future that resolves after commit ①, or raises TryLater where it has no room."""


@dataclass(frozen=True)
class PolledPlace:
    """A place to look into again and again. ``when`` is written as ``[[mailbox]] poll`` is.

    ``look`` raises nothing for a place that cannot be read: it tells whom that concerns.
    """

    name: str
    when: str
    look: Callable[[], object]


class ChannelHost(Protocol):
    """What the daemon gives a channel. Modules of ``app`` may use the whole App."""

    @property
    def config(self) -> Config: ...

    def clock(self) -> datetime:
        """Give the time, aware."""
        ...

    def keep(self, letters: Sequence[NewLetter]) -> "Future[list[StoredLetter]]":
        """As ``Keep``. A channel acknowledges a letter when the future has its result, and never before."""
        ...


class Incoming:
    """A channel while the service runs: a server is started, asked and stopped; a place that is ours to look
    into is a ``PolledPlace``. Override what the channel has."""

    name = ""
    """How the watchdog calls it."""

    def start(self) -> tuple[str, int] | None:
        """Begin to take letters; give the address that is listened at. Raises Misconfigured."""
        return None

    def stop(self) -> None:
        """Take no more letters, finish those under way, and end within 2 seconds."""

    def ask(self, alive: Callable[[], None]) -> None:
        """Have ``alive`` called by whatever thread or loop takes the letters. If none does for
        ``watchdog.STALL`` seconds, the service ends and is started again."""
        alive()

    def committed(self) -> None:
        """Something was committed. Called in the writer's thread, so it ends at once."""

    def secrets_changed(self) -> None:
        """Take the secrets of the configuration as they are now; a section that is held has them already."""

    def polls(self) -> Sequence[PolledPlace]:
        """Say where to look, and when."""
        return ()
