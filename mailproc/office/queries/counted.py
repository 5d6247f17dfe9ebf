"""How many there are of what a list shows a part of."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

MOST = 10_000
"""Nobody waits for a list because millions are counted: of more it is said that there are more."""


@dataclass(frozen=True)
class Counted:
    """``whole``: there are no more than ``number``."""

    number: int
    whole: bool = True

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.number + other.number, self.whole and other.whole)


def counted(connection: Connection, statement: Select[Any]) -> Counted:
    """How many rows ``statement`` gives, ``MOST`` at most."""
    some = statement.order_by(None).limit(MOST + 1).subquery()
    number = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return Counted(min(number, MOST), number <= MOST)
