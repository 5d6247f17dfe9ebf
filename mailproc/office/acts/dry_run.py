"""Show what a staff action would do: perform it, report it, and roll it back."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection

from mailproc import log
from mailproc.store.engine import Store

T = TypeVar("T")


class _TakenBack(Exception):  # not an error: it carries the outcome out of the undone write
    def __init__(self, outcome: Any) -> None:
        super().__init__()
        self.outcome = outcome


def foreseen(store: Store, job: Callable[[Connection], T]) -> T:
    """Return what ``job`` returns, and undo what it wrote. The log says nothing of it."""

    def undone(connection: Connection) -> T:
        with log.foreseen():
            raise _TakenBack(job(connection))

    try:
        return store.write(undone)
    except _TakenBack as taken_back:
        outcome: T = taken_back.outcome
        return outcome
