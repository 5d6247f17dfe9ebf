"""How what staff do is written: at once, to be taken back, or with something beside it in the same commit."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from mailproc.store.engine import Store

T = TypeVar("T")


class ActWriting(Protocol):
    """Does a job in a commit of the store, and returns what the job returns."""

    def __call__(self, store: Store, job: Callable[[Connection], T]) -> T: ...


def at_once(store: Store, job: Callable[[Connection], T]) -> T:
    """Do it, and nothing else."""
    return store.write(job)
