"""Regular expressions of the tables, with an end to the work that a letter can make of them.

Staff write them and strangers write the lines, so none is trusted to end by itself: all the
expressions that are tried on one letter have together so many seconds of the processor.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import regex

from mailproc.errors import Misconfigured, RemoteFault, Setting

SETTING = "artemail.replies"

SECONDS = 5.0
"""Of the processor, for one look at a letter. A report of 5 MB takes about one of them."""


BLAMED = 0.5
"""Of that time, what one expression must have taken at once to be the one to mend: a letter of a million
lines takes it all, and no expression is to blame."""


class _Allowance:
    """A letter's time, and which expression took most of it at once."""

    def __init__(self) -> None:
        self._at = time.thread_time()
        self._until = self._at + SECONDS
        self._tried: Pattern | None = None
        self._longest = 0.0
        self.slowest: Pattern | None = None

    def left(self, pattern: "Pattern") -> float:
        """Seconds for ``pattern``, which is tried now."""
        now = time.thread_time()
        if now - self._at > self._longest and self._tried is not None:
            self._longest, self.slowest = now - self._at, self._tried
        self._at, self._tried = now, pattern
        return self._until - now

    def is_over(self) -> Exception:
        """Whose fault it is that the time is over: an expression's, or the letter's."""
        if self.slowest is not None and self._longest > BLAMED * SECONDS:
            return self.slowest.endless()
        return RemoteFault("it has more lines than can be read")


_allowance: ContextVar[_Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def one_letter() -> Iterator[None]:
    """What is tried inside has SECONDS together; inside another letter's time, what is left of that."""
    if _allowance.get() is not None:
        yield
        return
    begun = _allowance.set(_Allowance())
    try:
        yield
    finally:
        _allowance.reset(begun)


@dataclass(frozen=True)
class Place:
    """Where an expression stands: ``row`` is "line 12: [[code]] NOT"."""

    file: Path
    row: str

    def __str__(self) -> str:
        return f"{self.file}: {self.row}"


@dataclass(frozen=True)
class Pattern:
    """When the time is over both methods raise Misconfigured, which names the place of the expression that is
    to blame, or RemoteFault where the letter is."""

    expression: regex.Pattern[str]
    place: Place

    @property
    def groups(self) -> Mapping[str, int]:
        return self.expression.groupindex

    def fullmatch(self, text: str) -> regex.Match[str] | None:
        return self._tried(self.expression.fullmatch, text)

    def search(self, text: str) -> regex.Match[str] | None:
        return self._tried(self.expression.search, text)

    def _tried(self, attempt: Callable[..., regex.Match[str] | None], text: str) -> regex.Match[str] | None:
        allowance = _allowance.get() or _Allowance()
        left = allowance.left(self)
        if left <= 0:
            raise allowance.is_over()
        try:
            return attempt(text, timeout=left)
        except TimeoutError:
            raise (self.endless() if left > BLAMED * SECONDS else allowance.is_over()) from None

    def endless(self) -> Misconfigured:
        return Misconfigured(
            f"{self.place}: pattern {self.expression.pattern!r} did not end within {SECONDS:g} seconds; "
            "write it so that no line fits it in many ways",
            Setting(SETTING, str(self.place.file)),
        )
