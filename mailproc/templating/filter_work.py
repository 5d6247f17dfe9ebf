"""A letter's filters work only so much: a text that sorts a list in a loop over it prints little and takes
long."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

MOST = 150_000
"""Calls of a letter, a long value counts as several. An order file of 500 orders has a fiftieth of that."""
_AT_ONCE = 50
"""Characters or elements that a call does for the price of one."""


class TooMuchWork(Exception):
    """The filters of a text have worked as much as those of no letter."""


class _Left(threading.local):
    calls = MOST


_left = _Left()


def begin() -> None:
    """Begin a letter in this thread."""
    _left.calls = MOST


def counted(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter of Jinja that is counted. What Jinja passes to it before the value stays."""
    place = 1 if hasattr(work, "jinja_pass_arg") else 0

    @wraps(work)
    def called(*args: Any, **more: Any) -> Any:
        value = args[place]
        _left.calls -= 1 + (len(value) // _AT_ONCE if isinstance(value, str | list) else 0)
        if _left.calls < 0:
            raise TooMuchWork("the filters have too much work in loops")
        return work(*args, **more)

    return called
