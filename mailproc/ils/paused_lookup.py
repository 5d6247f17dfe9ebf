"""After a failure the library system is left alone for a while.

Reasons: many requests at once would each wait for the whole time limit, and a system that is down does not
come up sooner by being asked.
"""

from collections.abc import Callable

from mailproc import slow_work
from mailproc.errors import Misconfigured, StillSilent, TryLater
from mailproc.ils.patron_standing import PatronLookup, PatronStanding
from mailproc.sentence import Part, sentence


class PausedLookup:
    """A look-up that asks nobody for ``pause`` seconds after a failure. ``monotonic``: seconds."""

    def __init__(self, lookup: PatronLookup, pause: float, monotonic: Callable[[], float]) -> None:
        self._lookup = lookup
        self._pause = pause
        self._monotonic = monotonic
        self._failed: tuple[float, Part] | None = None

    @slow_work.outside_writes
    def ask(self, number: str) -> PatronStanding:
        """Return what the library system says. Raise StillSilent in a pause, else what the look-up raises."""
        if self._failed is not None and self._monotonic() < self._failed[0]:
            raise StillSilent(sentence("lookup-paused", why=self._failed[1]))
        try:
            found = self._lookup.ask(number)
        except (TryLater, Misconfigured) as error:
            self._failed = (self._monotonic() + self._pause, error.said)
            raise
        self._failed = None
        return found

    def check(self) -> str:
        return self._lookup.check()
