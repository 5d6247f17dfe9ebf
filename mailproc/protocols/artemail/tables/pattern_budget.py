"""Regular expressions of the tables, with a limit on the work that a letter can cause.

Staff write the expressions and strangers write the lines, so none is trusted to end: all expressions tried on
one letter share a budget of processor seconds.
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
"""The folder of our own tables, whose expressions are known to end (tests/linear).

Their tries have no timeout of their own, because a timeout triples the cost of a try.
"""

SECONDS = 2.5
"""Processor seconds for one letter. A report of ten thousand replies takes a fifth of them."""


LOOK = 0.001
"""Seconds between two readings of the thread's clock, which costs as much as a try of a sound expression.

The wall clock costs nearly nothing, and never shows less.
"""

BLAMED = 0.0001
"""Average seconds of a try from which an expression is at fault; a sound one takes some microseconds.

A letter of a million lines uses up its budget without any expression being at fault.
"""


class _Allowance:
    """The budget of one letter.

    It starts with the first reading of the thread's clock: before the first expression of staff, and with
    ours alone only after LOOK, which almost no letter reaches. In its second half each expression is timed,
    which costs something.
    """

    def __init__(self) -> None:
        self._looked = time.perf_counter()
        self._half = SECONDS / 2
        self._at = 0.0
        self._until: float | None = None
        self._left = SECONDS
        self._own: dict[int, tuple[float, int, Pattern]] = {}  # seconds, tries

    def left(self, *, shipped: bool) -> float:
        """Return the seconds left for the expression that is tried now."""
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
        """Record what the expression took, if its letter has used half of its budget."""
        if self._left < self._half:
            seconds, tries, _ = self._own.get(id(pattern), (0.0, 0, pattern))
            self._own[id(pattern)] = (seconds + time.thread_time() - self._at, tries + 1, pattern)

    def is_over(self) -> Exception:
        """Return the error to raise when the budget is used up: the expression is at fault, or the letter."""
        if self._own:
            seconds, tries, slowest = max(self._own.values(), key=lambda own: own[0])
            if seconds > BLAMED * tries:
                return slowest.endless()
        return RemoteFault("it has more lines than can be read")


_allowance: ContextVar[_Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def one_letter() -> Iterator[None]:
    """Give everything tried inside one budget of SECONDS; inside another budget, what is left of that."""
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
    """Where an expression is defined: ``row`` is "line 12: [[code]] NOT"."""

    file: Path
    row: str

    def __str__(self) -> str:
        return f"{self.file}: {self.row}"


@dataclass(frozen=True)
class Pattern:
    """An expression with a budget.

    When the budget is used up both methods raise Misconfigured with the location of the expression at fault,
    or RemoteFault if the letter is.
    """

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
