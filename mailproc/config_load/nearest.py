"""The known word that a misspelt one was probably meant to be."""

import difflib
from collections.abc import Iterable

LONGEST = 60
"""Characters of a word that is compared: to compare is quadratic, and no key is longer."""


def nearest(word: str, known: Iterable[str]) -> str:
    """'' where none is near."""
    if len(word) > LONGEST:
        return ""
    lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower().replace("-", "_"), lower, n=1)
    return lower[near[0]] if near else ""
