"""The clients of the door for SLNP, from their connection on: who gives way where all places are taken."""

import asyncio
from collections import Counter
from dataclasses import dataclass


@dataclass(eq=False)
class SlnpClient:
    """``since``: of the loop's clock, its last whole command, or its connection. ``is_known``: it has shown
    its certificate, or need not. ``is_asking``: a command of it is being answered."""

    host: str
    since: float
    is_known: bool = False
    is_asking: bool = False
    task: asyncio.Task[None] | None = None

    def cut(self) -> None:
        """End its connection."""
        if self.task is not None:
            self.task.cancel()


class SlnpClients:
    """At most ``most`` at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._here: set[SlnpClient] = set()

    def __len__(self) -> int:
        return len(self._here)

    def has_room(self) -> bool:
        """Return whether one more may come; a silent client gives way to it.

        First one that has not shown its certificate, then one of the address that has the most connections,
        of these the one that was silent for longest. Nobody whose command is being answered.
        """
        if len(self._here) < self._most:
            return True
        silent = [one for one in self._here if not one.is_asking]
        if not silent:
            return False
        of_host = Counter(one.host for one in self._here)
        leaving = min(silent, key=lambda one: (one.is_known, -of_host[one.host], one.since))
        self._here.discard(leaving)  # now: of a crowd that comes at once each one needs a place of its own
        leaving.cut()
        return True

    def enter(self, client: SlnpClient) -> None:
        """Count it."""
        self._here.add(client)

    def leave(self, client: SlnpClient) -> None:
        """Count it no longer."""
        self._here.discard(client)
