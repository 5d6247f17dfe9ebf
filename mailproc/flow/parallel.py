"""Letters that are handed over side by side, each in a thread of its own; one at a time, in the caller's."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from mailproc.errors import TryLater
from mailproc.store.rows import OutgoingLetter


@dataclass(frozen=True)
class Spoken:
    """What became of a letter: its new state with the relay's answer (or the file), else what was raised."""

    row: OutgoingLetter
    state: str = ""
    answer: str = ""
    error: BaseException | None = None


class SideBySide:
    """At most ``most`` letters under way. ``speak`` hands one over, and raises nothing.

    For one thread, which starts letters and takes what became of them; only it writes to the store.
    """

    def __init__(self, most: int, speak: Callable[[OutgoingLetter], Spoken]) -> None:
        self._most = most
        self._speak = speak
        self._ended: SimpleQueue[Spoken] = SimpleQueue()
        self._under_way: dict[int, OutgoingLetter] = {}

    @property
    def ids(self) -> tuple[int, ...]:
        """The letters under way."""
        return tuple(self._under_way)

    @property
    def may_start(self) -> bool:
        """A letter over which the process died before (docs/queue.md) goes alone."""
        alone = any(row.unfinished > 1 for row in self._under_way.values())
        return len(self._under_way) < self._most and not alone

    def start(self, row: OutgoingLetter) -> None:
        """Where the machine has no room for a thread, the letter ends with TryLater: it was not begun."""
        self._under_way[row.id] = row
        if self._most == 1:
            self._run(row)
            return
        try:  # a daemon: a relay that hangs does not hold up the end of the service
            threading.Thread(target=self._run, args=(row,), name=f"O{row.id}", daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            self._ended.put(Spoken(row, error=TryLater(f"it could not be begun: {error}")))

    def ended(self, within: float) -> Spoken | None:
        """Of the next letter that is through; None where none is within so many seconds."""
        try:
            spoken = self._ended.get(timeout=within)
        except Empty:
            return None
        del self._under_way[spoken.row.id]
        return spoken

    def _run(self, row: OutgoingLetter) -> None:
        self._ended.put(self._speak(row))
