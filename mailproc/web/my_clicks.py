"""How often one reader, or one network, sends a form: staff, and the store, are nobody's to be kept busy."""

import time
from datetime import timedelta

from mailproc.web.memory import Kept

MOST = 60
"""Forms of one reader in an hour, whatever they ask for."""
HOUR = timedelta(hours=1).total_seconds()


class ReaderClicks:
    """From any thread."""

    def __init__(self) -> None:
        self._counts: Kept[tuple[float, int]] = Kept()

    def is_too_often(self, reader: str) -> bool:
        """Count a form of this reader; return whether there were too many."""
        return self.count(reader) > MOST

    def count(self, who: str) -> int:
        """Count a form; return how many it were within the hour that began with the first."""
        now = time.monotonic()

        def counted(before: tuple[float, int] | None) -> tuple[float, int]:
            began, count = before or (now, 0)
            return (began, count + 1) if now - began < HOUR else (now, 1)

        self._counts.change("", who, counted)
        found = self._counts.get("", who)
        return found[1] if found is not None else 1
