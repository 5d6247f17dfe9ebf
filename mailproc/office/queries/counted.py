"""Count what a list shows only a part of."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

MOST = 10_000
"""The highest count; above it the list says that there are more, so that nobody waits for a count."""


@dataclass(frozen=True)
class Counted:
    """A count. ``whole``: there are no more than ``number``."""

    number: int
    whole: bool = True

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.number + other.number, self.whole and other.whole)


def counted(connection: Connection, statement: Select[Any]) -> Counted:
    """Return how many rows ``statement`` has, at most ``MOST``."""
    some = statement.order_by(None).limit(MOST + 1).subquery()
    number = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return Counted(min(number, MOST), number <= MOST)
