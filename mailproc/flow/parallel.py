"""Hand over several letters at once, each in its own thread; a single one in the caller's thread."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from mailproc.config import Partner
from mailproc.errors import TryLater
from mailproc.mail.channel import HTTP, SLNP, TCP
from mailproc.sentence import sentence
from mailproc.store.rows import OutgoingLetter

OWN_HOST = (TCP, SLNP, HTTP)
"""Transports by which letters go to a partner's own host: who is slow there holds up nobody else."""
SHARED_HOST = HTTP
"""Of these the one by which all partners have the same host, the hub: it gets one letter at a time."""
MOST_HOSTS = 32
OwnHost = tuple[str, str]
"""A partner's symbol, and the transport by which its host is reached."""


def own_hosts(partners: Iterable[Partner]) -> list[OwnHost]:
    """Return those of the partners who may have a letter beside those to the relay."""
    ways = ((one.symbol, way) for one in partners for way in (one.transport, one.fallback))
    return [(symbol, way) for symbol, way in ways if way in OWN_HOST]


@dataclass(frozen=True)
class SendResult:
    """The result of sending a letter: its new state and the relay's answer (or the file), or the error."""

    row: OutgoingLetter
    state: str = ""
    answer: str = ""
    error: BaseException | None = None


class ParallelSender:
    """At most ``most`` letters are handed over at once. ``send`` hands one over, and raises nothing.

    With ``hosts`` those by ``OWN_HOST`` do not count: beside the others each host may have one.
    Used by one thread, which starts letters and takes their results; only it writes to the store.
    """

    def __init__(
        self, most: int, send: Callable[[OutgoingLetter], SendResult], *, hosts: bool = False
    ) -> None:
        self._most = most
        self._hosts = hosts
        self._rests = False
        self._send = send
        self._ended: SimpleQueue[SendResult] = SimpleQueue()
        self._under_way: dict[int, OutgoingLetter] = {}

    @property
    def ids(self) -> tuple[int, ...]:
        """The letters that are being handed over."""
        return tuple(self._under_way)

    @property
    def engaged(self) -> tuple[str, ...]:
        """The partners to whose own hosts a letter is being handed over."""
        return tuple(row.partner for row in self._under_way.values() if self._has_own_host(row))

    def busy(self, hosts: Sequence[OwnHost]) -> set[str]:
        """Return the partners to whose host a letter is being handed over, be it another's letter."""
        shared = any(row.transport == SHARED_HOST for row in self._under_way.values())
        behind = (symbol for symbol, way in hosts if way == SHARED_HOST)
        return {*self.engaged, *(behind if shared else ())}

    @property
    def has_room(self) -> bool:
        """Whether a letter may start that goes to no host of the partner's own."""
        here = len(self._under_way) - len(self.engaged)
        return here < self._most and not (self._rests and here)

    @property
    def may_start(self) -> bool:
        """Whether another letter may start.

        A letter during which the process died before (docs/queue.md) goes alone.
        """
        alone = any(row.unfinished > 1 for row in self._under_way.values())
        return not alone and (self.has_room or (self._hosts and len(self.engaged) < MOST_HOSTS))

    def goes_on_after(self, row: OutgoingLetter) -> bool:
        """Return whether others may start in this round though this one is to be tried later.

        After one by the relay no other starts there before those under way have ended.
        """
        if self._has_own_host(row):
            return bool(self._under_way)
        self._rests = True
        return bool(self.engaged)

    def start(self, row: OutgoingLetter) -> None:
        """Start a letter. If no thread can be started, it ends with TryLater: nothing was sent."""
        self._under_way[row.id] = row
        if self._most == 1 and not self._has_own_host(row):
            self._run(row)
            return
        try:  # daemon threads: a relay that hangs must not delay the end of the service
            threading.Thread(target=self._run, args=(row,), name=f"O{row.id}", daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            self._ended.put(SendResult(row, error=TryLater(sentence("sending-not-begun", error=str(error)))))

    def ended(self, within: float) -> SendResult | None:
        """Return the next result; None if there is none within ``within`` seconds."""
        try:
            result = self._ended.get(timeout=within)
        except Empty:
            return None
        del self._under_way[result.row.id]
        return result

    def _has_own_host(self, row: OutgoingLetter) -> bool:
        return self._hosts and row.transport in OWN_HOST

    def _run(self, row: OutgoingLetter) -> None:
        self._ended.put(self._send(row))
