"""Cache a result for the latest letter, as long as it is the same object."""

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from mailproc.mail.letter import Letter

T = TypeVar("T")


class LastLetter(Generic[T]):
    """Call it with a letter. It keeps one result, by object identity, while the letter lives."""

    def __init__(self, make: Callable[[Letter], T]) -> None:
        self._make = make
        self._kept: tuple[weakref.ref[Letter], T] | None = (
            None  # replaced whole: threads see one or the other
        )

    def __call__(self, letter: Letter) -> T:
        kept = self._kept
        if kept is not None and kept[0]() is letter:
            return kept[1]
        self._kept = None  # so that two of the largest letters are never in memory together
        made = self._make(letter)
        self._kept = (weakref.ref(letter, self._forget), made)
        return made

    def _forget(self, gone: weakref.ref[Letter]) -> None:
        kept = self._kept
        if kept is not None and kept[0] is gone:
            self._kept = None
