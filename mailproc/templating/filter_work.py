"""A letter's text works only so much: a text that sorts a list in a loop over it prints little and takes
long, and one that indents what it has indented fills the memory.

All that could multiply is paid for before it is done, out of one account for a letter: the rounds of loops,
and what filters, joining, comparing and printing make of long values. Outside a letter there is no account:
nothing is worked out while a text is compiled.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any

MOST = 150_000
"""Calls of a letter, a long value counts as several. An order file of 500 orders has a fiftieth of that."""
OF_SAMPLES = 2 * MOST
"""For all samples of a letter together, on which its text is tried."""
LONGEST_ARGUMENT = 100
"""Characters of a text that a filter may insert in many places."""
GREATEST_NUMBER = 1000
"""Of the numbers that a text may use."""
_AT_ONCE = 50
"""Characters or elements that a call does for the price of one."""
_ROUNDS = 10
"""Parts of a loop's body that are done for the price of one call."""
_WRAPPED = 5
"""Characters that are wrapped for the price of one: wrapping cuts them one by one."""
_SQUARE = 10_000
"""A long word is looked at again for each of its characters: so many looks for the price of one."""


class TooMuchWork(Exception):
    """The filters and loops of a text have worked as much as those of no letter."""


class UnfitArgument(Exception):
    """What a filter got besides its value is too long, or neither text nor a number."""


class OutOfTime(Exception):
    """What is tried ``within`` some seconds takes longer."""


@dataclass
class WorkAccount:
    """What is ``left`` to work."""

    left: int = MOST


class _Now(threading.local):
    account: WorkAccount | None = None
    until: float | None = None


_now = _Now()


@contextmanager
def paid_by(account: WorkAccount) -> Iterator[None]:
    """Render in this thread."""
    _now.account = account
    try:
        yield
    finally:
        _now.account = None


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let all letters of this thread together take so much of the processor, however busy the machine is.

    Raise OutOfTime from whatever works longer.
    """
    _now.until = time.thread_time() + seconds
    try:
        yield
    finally:
        _now.until = None


def spend(price: int) -> None:
    """Pay for work that follows. Raise TooMuchWork, also where nothing is rendered; OutOfTime."""
    if _now.until is not None and time.thread_time() > _now.until:
        raise OutOfTime
    account = _now.account
    if account is None:
        raise TooMuchWork("nothing is worked out before there is a letter")
    account.left -= price
    if account.left < 0:
        raise TooMuchWork("the filters have too much work in loops")


def printed(value: str) -> None:
    """Pay for a long value that is printed. A text's own words are paid for by their loop."""
    if _now.account is not None:
        spend(len(value) // _AT_ONCE)


def weighed(value: object) -> Any:
    """Return the value, paid for by its length."""
    if isinstance(value, str | list):
        spend(_size(value) // _AT_ONCE)
    return value


def looped(value: object, weight: int) -> Any:
    """Return the list of a loop whose body has ``weight`` parts, with all its rounds paid for."""
    if isinstance(value, str | list):
        spend(1 + len(value) * weight // _ROUNDS)
    return value


def counted(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter of Jinja that is counted. What Jinja passes to it before the value stays."""
    place = 1 if hasattr(work, "jinja_pass_arg") else 0
    name, dearer = work.__name__, _DEARER.get(work.__name__)
    takes = None if dearer is None else signature(work)

    @wraps(work)
    def called(*args: Any, **more: Any) -> Any:
        value = args[place]
        if name != _CHOOSING:
            for given in (*args[place + 1 :], *more.values()):
                _refuse_unfit(given)
        spend(1 + _size(value) // _AT_ONCE)
        if dearer is not None and takes is not None and isinstance(value, str | list):
            bound = takes.bind(*args, **more)
            bound.apply_defaults()
            spend(dearer(value, bound.arguments))
        made = work(*args, **more)
        return weighed(list(made) if isinstance(made, Iterator) else made)

    return called


def _refuse_unfit(given: object) -> None:
    is_number = isinstance(given, int | float) and abs(given) <= GREATEST_NUMBER
    is_text = isinstance(given, str) and len(given) <= LONGEST_ARGUMENT
    if given is not None and not is_number and not is_text:
        raise UnfitArgument(
            f"a filter takes texts of {LONGEST_ARGUMENT} characters and numbers to {GREATEST_NUMBER} at most"
        )


def _size(value: object) -> int:
    """Return the characters of a text, or of all texts in a list, and its elements."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return max((len(each) for each in value.values() if isinstance(each, str)), default=0)
    return sum(1 + _size(each) for each in value) if isinstance(value, list) else 0


def _indented(value: Any, given: dict[str, Any]) -> int:
    width = given["width"]
    inserted = len(width) if isinstance(width, str) else int(width)
    return len(value.splitlines()) * max(inserted, 0) // _AT_ONCE if isinstance(value, str) else 0


def _wrapped(value: Any, given: dict[str, Any]) -> int:
    if not isinstance(value, str):
        return 0
    width = max(int(given["width"]), 1)
    inserted = (len(value) // width + len(value.splitlines()) + 1) * len(given["wrapstring"] or "\n")
    squares = sum(len(word) ** 2 for word in value.split())
    return len(value) // _WRAPPED + squares // _SQUARE + inserted // _AT_ONCE


def _joined(value: Any, given: dict[str, Any]) -> int:
    return len(value) * len(str(given["d"])) // _AT_ONCE


_CHOOSING = "do_default"
"""It inserts nothing: what it is given may be as long as any value."""
_DEARER: dict[str, Callable[[Any, dict[str, Any]], int]] = {
    "do_indent": _indented, "do_wordwrap": _wrapped, "do_join": _joined,
}  # fmt: skip
"""By Jinja's names: what makes more of a value than it is."""
