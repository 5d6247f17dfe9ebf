"""What became of a call of a hook, whatever its kind."""

from dataclasses import dataclass
from enum import StrEnum

from mailproc.sentence import Part


class HookResult(StrEnum):
    """DONE: the library system has taken it. LATER: it certainly did nothing, and may do it later.

    REFUSED: it did nothing, and trying again will not help. IN_DOUBT: it may have done it.
    """

    DONE = "done"
    LATER = "later"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True)
class HookOutcome:
    """``said``: a sentence for staff, what was answered or why there is none. The station masks it."""

    result: HookResult
    said: Part
