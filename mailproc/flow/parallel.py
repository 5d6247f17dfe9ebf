"""Hand over several letters at once, each in its own thread; a single one in the caller's thread."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from mailproc.errors import TryLater
from mailproc.sentence import sentence
from mailproc.store.rows import OutgoingLetter


@dataclass(frozen=True)
class SendResult:
    """The result of sending a letter: its new state and the relay's answer (or the file), or the error."""

    row: OutgoingLetter
    state: str = ""
    answer: str = ""
    error: BaseException | None = None


class ParallelSender:
    """At most ``most`` letters are handed over at once. ``send`` hands one over, and raises nothing.

    Used by one thread, which starts letters and takes their results; only it writes to the store.
    """

    def __init__(self, most: int, send: Callable[[OutgoingLetter], SendResult]) -> None:
        self._most = most
        self._send = send
        self._ended: SimpleQueue[SendResult] = SimpleQueue()
        self._under_way: dict[int, OutgoingLetter] = {}

    @property
    def ids(self) -> tuple[int, ...]:
        """The letters that are being handed over."""
        return tuple(self._under_way)

    @property
    def may_start(self) -> bool:
        """Whether another letter may start.

        A letter during which the process died before (docs/queue.md) goes alone.
        """
        alone = any(row.unfinished > 1 for row in self._under_way.values())
        return len(self._under_way) < self._most and not alone

    def start(self, row: OutgoingLetter) -> None:
        """Start a letter. If no thread can be started, it ends with TryLater: nothing was sent."""
        self._under_way[row.id] = row
        if self._most == 1:
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

    def _run(self, row: OutgoingLetter) -> None:
        self._ended.put(self._send(row))
