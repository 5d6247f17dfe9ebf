"""Nothing slow runs while the store is held for a write: one letter must not make all others wait.

SQLite has one writer at a time, and so has mailproc on PostgreSQL. What takes longer the more text it is
given (parsing, decoding, encoding, rendering, masking, verifying) is done before the write, and its result
handed in. The entrances of such work are marked here. Tests call ``forbid``; in service a breach is logged
once for each entrance, for a letter that is late is better than one that is lost.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SHORT = 4096
"""Characters or octets: what is not longer may be masked inside a write, such as a subject or a reason."""

_log = logging.getLogger(__name__)
_writing: ContextVar[bool] = ContextVar("writing", default=False)
_reported: set[str] = set()
_forbidden = False


class InsideWrite(BaseException):
    """Slow work was begun inside a write: a bug, which no station may take for a fault of its letter."""


def forbid() -> None:
    """Raise from now on where slow work is begun inside a write. For tests."""
    global _forbidden  # noqa: PLW0603  # one process is either tested or in service
    _forbidden = True


@contextmanager
def writing() -> Iterator[None]:
    """Mark what this thread does inside as a store's write."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def exempt() -> Iterator[None]:
    """Allow inside what a write cannot do without. What it works on must have a bound; say which."""
    token = _writing.set(False)
    try:
        yield
    finally:
        _writing.reset(token)


def outside_writes(work: Callable[P, T]) -> Callable[P, T]:
    """Decorate an entrance of slow work, of whatever size its input is."""

    @wraps(work)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        if _writing.get():
            _breach(f"{work.__module__}.{work.__qualname__}")
        return work(*args, **kwargs)

    return checked


def is_writing() -> bool:
    """Is this thread inside a store's write? For what takes a while to measure."""
    return _writing.get()


def check_length(name: str, length: int, most: int = SHORT) -> None:
    """Call it where short text may be worked on inside a write, and longer may not."""
    if length > most and _writing.get():
        _breach(name)


def _breach(name: str) -> None:
    if _forbidden:
        raise InsideWrite(f"{name} runs inside a write of the store: do it before, and hand its result in")
    if name not in _reported:
        _reported.add(name)
        _log.warning("%s runs inside a write of the store, which makes others wait", name)
