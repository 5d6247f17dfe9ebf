"""What became of a call of a hook, whatever its kind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from mailproc.sentence import Part, changed


class HookResult(StrEnum):
    """DONE: the library system has taken it. LATER: it certainly did nothing, and may do it later.

    REFUSED: it did nothing, and trying again will not help. IN_DOUBT: it may have done it. FILED: it was not
    asked, and what it would have been told is in a file.
    """

    DONE = "done"
    LATER = "later"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    FILED = "filed"


@dataclass(frozen=True)
class HookOutcome:
    """``said``: a sentence for staff, what was answered or why there is none. The station masks it.

    ``brief``: the same without the receiver's own words, where it has such: they may name a reader, and log
    and letters are where nobody takes a reader out. Those words are kept with the call alone.
    """

    result: HookResult
    said: Part
    brief: Part = ""

    def changed(self, change: Callable[[str], str]) -> "HookOutcome":
        """Return it with ``change`` done to every text of others in it, and with ``brief``."""
        return replace(self, said=changed(self.said, change), brief=changed(self.brief or self.said, change))
