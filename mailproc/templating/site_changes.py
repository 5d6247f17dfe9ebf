"""Show what a site has changed in a shipped text, for an update of mailproc."""

import difflib
from collections.abc import Iterator

_NO_END = "\\ No newline at end of file\n"


def unified(shipped: str, ours: str, shipped_name: str, our_name: str) -> str:
    """Return a unified diff as other programs write it; '' if the texts are equal."""
    return "".join(difflib.unified_diff(list(_lines(shipped)), list(_lines(ours)), shipped_name, our_name))


def _lines(text: str) -> Iterator[str]:
    """Yield each line with its end. Only LF ends a line, as in a letter: Python knows ten more."""
    *whole, last = text.split("\n")
    yield from (f"{line}\n" for line in whole)
    if last:
        yield f"{last}\n{_NO_END}"
