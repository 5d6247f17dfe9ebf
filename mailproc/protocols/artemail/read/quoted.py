"""Find where a letter ends and the quoted letter that it answers begins, if no ">" marks the lines."""

import re
from collections.abc import Sequence

from mailproc.protocols.artemail.read.report_lines import LONGEST_LINE
from mailproc.protocols.artemail.tables.pattern_budget import Pattern

_HEADER = re.compile(r"(?:from|von|de): .+", re.IGNORECASE)
_NEXT = re.compile(r"(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|objet): .*", re.IGNORECASE)


def begins(said: Sequence[str], mark: re.Pattern[str] | Pattern) -> int:
    """Return the index of the first line of the quoted letter; the end if there is none.

    If nothing stands above it, the whole letter was forwarded, and is read.
    """
    spoken = False
    for index, line in enumerate(said):
        if not line or len(line) >= LONGEST_LINE:
            spoken = spoken or bool(line)
        elif _is_mark(said, index, mark):
            if spoken:
                return index
        else:
            spoken = spoken or _NEXT.fullmatch(line) is None
    return len(said)


def _is_mark(said: Sequence[str], index: int, mark: re.Pattern[str] | Pattern) -> bool:
    if mark.fullmatch(said[index]):
        return True
    below = said[index + 1 : index + 3]
    return _HEADER.fullmatch(said[index]) is not None and any(_NEXT.fullmatch(line) for line in below)
