"""Which letter of the keyboard stands for what."""

from collections.abc import Iterable
from string import ascii_lowercase

TAKEN = "jkuzgx"
"""Letters that mean the same on each page."""


def letters(names: Iterable[str], taken: str = "") -> list[str]:
    """Return a letter for each name, its first one that is free; '' where there is none."""
    found: list[str] = []
    for name in names:
        free = (
            one for one in name.lower() if one in ascii_lowercase and one not in taken and one not in found
        )
        found.append(next(free, ""))
    return found
