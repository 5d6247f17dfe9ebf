"""What the SMTP sessions share: memory for the letters under way, and who gives way to whom."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from mailproc.config import Listen

LETTERS = 20  # of max_size each: what all sessions together may hold
ENDING = len(b"\r\n\r\n.")  # octets that are counted with a letter and are not of it


class Client(Protocol):
    """A session, as far as it may have to give way."""

    @property
    def host(self) -> str: ...

    @property
    def held(self) -> int:
        """Octets of memory that are free when it has given way."""

    def may_give_way(self) -> bool: ...

    def stood_still(self) -> float: ...

    def give_way(self) -> None: ...


class Memory:
    """Octets that the letters under way hold, of all hosts and of each.

    A host may hold the share of the memory that it may have of the places, one letter at the least: silent
    clients of one host leave room for the letters of the others.
    """

    def __init__(self, listen: Listen) -> None:
        places = min(listen.max_connections_per_host, listen.max_connections)
        letter = listen.max_size + ENDING
        self._all = LETTERS * letter
        self._share = max(1, LETTERS * places // listen.max_connections) * letter
        self._held: Counter[str] = Counter()
        self._held_by_all = 0

    def take(self, host: str, octets: int) -> None:
        self._held[host] += octets
        self._held_by_all += octets

    def free(self, host: str, octets: int) -> None:
        self._held[host] -= octets
        self._held_by_all -= octets
        if not self._held[host]:
            del self._held[host]

    def shortage(self, host: str) -> str:
        """Why this host holds too much at present; "" if it does not."""
        if self._held[host] > self._share:
            return f"letters under way from {host} hold its share of the memory, {self._share} octets"
        if self._held_by_all > self._all:
            return f"letters under way hold all their memory, {self._all} octets; one more came from {host}"
        return ""

    def made_room(self, host: str, clients: Iterable[Client]) -> bool:
        """Did a client that stood still give way for this host? For its share only one of its own can."""
        own = self._held[host] > self._share
        return made_room(one for one in clients if one.held and (one.host == host or not own))


def made_room(clients: Iterable[Client]) -> bool:
    """Hang up on the one that has stood still for longest, if any may be hung up on.

    Without this, clients that connect and say nothing keep everybody else from their host away.
    """
    idle = [client for client in clients if client.may_give_way()]
    if not idle:
        return False
    max(idle, key=lambda client: client.stood_still()).give_way()
    return True
