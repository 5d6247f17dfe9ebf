"""Numbers that are never used twice: 'B' and 'L' requests, 'FILE' order files.

A number taken by a job that failed is free again; a committed one is not.
"""

from sqlalchemy import Connection, text

from mailproc.store import taken_numbers
from mailproc.store.prepared_statements import Constant

_TAKE = Constant(
    text(
        "INSERT INTO counter (name, next) VALUES (:name, 1 + :count)"
        " ON CONFLICT (name) DO UPDATE SET next = counter.next + :count RETURNING next"
    )
)


def take(connection: Connection, name: str, count: int = 1) -> int:
    """Take the next ``count`` numbers and return the first of them; counting starts at 1."""
    if count < 1:
        raise ValueError("at least one number must be taken")
    following: int = _TAKE.scalar(connection, {"name": name, "count": count})
    taken_numbers.number(connection, name, following - 1)
    return following - count
