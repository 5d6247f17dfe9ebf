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

SHIPPED = Path(__file__).parent / "data"
"""The folder of our own tables, whose expressions are known to end (tests/linear): the clock that watches one
try costs thrice the try."""

SECONDS = 2.5
"""Of the processor, for one look at a letter. A report of ten thousand replies takes a fifth of them."""


LOOK = 0.001
"""Seconds between two looks at the thread's clock, which costs as much as trying a sound expression. The
clock on the wall costs nearly nothing, and never shows less."""

BLAMED = 0.0001
"""Seconds that one try must take on average for its expression to be the one to mend; a sound one takes some
millionths. A letter of a million lines takes all its time, and no expression is to blame."""


class _Allowance:
    """A letter's time. It runs from the first look at the thread's clock: before the first expression of
    staff, and after LOOK with ours alone, for which almost no letter takes long enough. In its second half
    each expression's own part is measured, which costs something."""

    def __init__(self) -> None:
        self._looked = time.perf_counter()
        self._half = SECONDS / 2
        self._at = 0.0
        self._until: float | None = None
        self._left = SECONDS
        self._own: dict[int, tuple[float, int, Pattern]] = {}  # seconds, tries

    def left(self, *, shipped: bool) -> float:
        """Seconds for the expression that is tried now."""
        now = time.perf_counter()
        begins = self._until is None and not shipped
        if begins or now - self._looked >= LOOK or self._left < self._half:
            self._looked = now
            self._at = time.thread_time()
            if self._until is None:
                self._until = self._at + SECONDS - LOOK
            self._left = self._until - self._at
        return self._left

    def tried(self, pattern: "Pattern") -> None:
        """Note what the expression took, if its letter has used half of its time."""
        if self._left < self._half:
            seconds, tries, _ = self._own.get(id(pattern), (0.0, 0, pattern))
            self._own[id(pattern)] = (seconds + time.thread_time() - self._at, tries + 1, pattern)

    def is_over(self) -> Exception:
        """Whose fault it is that the time is over: an expression's, or the letter's."""
        if self._own:
            seconds, tries, slowest = max(self._own.values(), key=lambda own: own[0])
            if seconds > BLAMED * tries:
                return slowest.endless()
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
class PatternLocation:
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
    place: PatternLocation
    shipped: bool = False

    @property
    def groups(self) -> Mapping[str, int]:
        return self.expression.groupindex

    def fullmatch(self, text: str) -> regex.Match[str] | None:
        return self._tried(self.expression.fullmatch, text)

    def search(self, text: str) -> regex.Match[str] | None:
        return self._tried(self.expression.search, text)

    def _tried(self, attempt: Callable[..., regex.Match[str] | None], text: str) -> regex.Match[str] | None:
        allowance = _allowance.get() or _Allowance()
        left = allowance.left(shipped=self.shipped)
        if left <= 0:
            raise allowance.is_over()
        if self.shipped:
            return attempt(text)
        try:
            return attempt(text, timeout=left)
        except TimeoutError:
            if left > SECONDS / 2:
                raise self.endless() from None
            allowance.tried(self)
            raise allowance.is_over() from None
        finally:
            allowance.tried(self)

    def endless(self) -> Misconfigured:
        return Misconfigured(
            f"{self.place}: pattern {self.expression.pattern!r} did not end within {SECONDS:g} seconds; "
            "write it so that no line fits it in many ways",
            Setting(SETTING, str(self.place.file)),
        )
