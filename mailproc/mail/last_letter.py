"""What was made of a letter, kept while the same letter is asked about: it costs, and is asked for often."""

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from mailproc.mail.letter import Letter

T = TypeVar("T")


class LastLetter(Generic[T]):
    """Call it with a letter. Remembers one result, by the very object, while the letter lives."""

    def __init__(self, make: Callable[[Letter], T]) -> None:
        self._make = make
        self._kept: tuple[weakref.ref[Letter], T] | None = (
            None  # replaced whole: threads see one or the other
        )

    def __call__(self, letter: Letter) -> T:
        kept = self._kept
        if kept is not None and kept[0]() is letter:
            return kept[1]
        self._kept = None  # two of the largest letters are not in memory at once
        made = self._make(letter)
        self._kept = (weakref.ref(letter, self._forget), made)
        return made

    def _forget(self, gone: weakref.ref[Letter]) -> None:
        kept = self._kept
        if kept is not None and kept[0] is gone:
            self._kept = None
