"""Take what names a reader out of free text: number, e-mail address, name; in notes its parts too."""

import json
import re
from collections.abc import Collection
from functools import cached_property
from typing import Any

GONE = "…"
"""What stands there afterwards."""
SHORTEST_NUMBER, SHORTEST_PART = 4, 3
"""Characters. A shorter number, or part of a name, is in too many texts that mean something else."""

_BETWEEN = re.compile(r"[\s,;.]")


class ReaderWords:
    """What names one reader. Case and blanks do not matter; parts of longer words do not count."""

    def __init__(self, numbers: Collection[str], names: Collection[str], emails: Collection[str]) -> None:
        whole = [one for one in numbers if len(one) >= SHORTEST_NUMBER]
        self._whole = [*whole, *names, *emails]
        parts = (part for name in names for part in _BETWEEN.split(name))
        self.emails = frozenset(one.casefold() for one in emails if one)
        self._parts = [one for one in parts if len(one) >= SHORTEST_PART]

    def from_message(self, text: str) -> str:
        """Return the text of a message without number, address and whole name: the rest means something."""
        return _without(self._in_message, text)

    def from_note(self, text: str) -> str:
        """Return what staff have noted, also without the parts of the name."""
        return _without(self._in_note, text)

    def from_stored(self, text: str) -> str:
        """Return the text of a column of codes and values (``sentence.stored``): words alone are a note."""
        if not text.startswith("["):
            return self.from_note(text)
        try:
            parts = json.loads(text)
        except ValueError:
            return self.from_message(text)
        kept = [self.from_note(one) if isinstance(one, str) else self._values(one) for one in parts]
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)

    def _values(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.from_message(value)
        if isinstance(value, list):
            return [self._values(one) for one in value]
        if isinstance(value, dict):
            return {name: self._values(one) for name, one in value.items()}
        return value

    @cached_property
    def _in_message(self) -> re.Pattern[str] | None:
        return _pattern(self._whole)

    @cached_property
    def _in_note(self) -> re.Pattern[str] | None:
        return _pattern([*self._whole, *self._parts])


def _pattern(words: Collection[str]) -> re.Pattern[str] | None:
    """One alternation of fixed words, the longest first: linear in the text."""
    spaced = {r"\s+".join(map(re.escape, word.split())) for word in words if word.strip()}
    if not spaced:
        return None
    found = "|".join(sorted(spaced, key=lambda one: (-len(one), one)))
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE)


def _without(pattern: re.Pattern[str] | None, text: str) -> str:
    return pattern.sub(GONE, text) if pattern is not None else text
