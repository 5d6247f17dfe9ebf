"""Numbers that are never used twice: 'B' and 'L' requests, 'FILE' order files.

A number that was taken by a job that then failed is free again; one that was committed is not,
also after a backup is restored (``push_ahead``).
"""

from sqlalchemy import Connection, text

from mailproc.store.statements import Constant

_TAKE = Constant(
    text(
        "INSERT INTO counter (name, next) VALUES (:name, 1 + :count)"
        " ON CONFLICT (name) DO UPDATE SET next = counter.next + :count RETURNING next"
    )
)
_PUSH = text(
    "INSERT INTO counter (name, next) VALUES (:name, :next)"
    " ON CONFLICT (name) DO UPDATE SET next = excluded.next WHERE counter.next < excluded.next"
)


def take(connection: Connection, name: str, count: int = 1) -> int:
    """Take the next ``count`` numbers and return the first of them; counting starts at 1."""
    if count < 1:
        raise ValueError("at least one number must be taken")
    following: int = _TAKE.scalar(connection, {"name": name, "count": count})
    return following - count


def push_ahead(connection: Connection, name: str, to: int) -> None:
    """Make ``to`` the next number, unless the counter is past it already: it never goes back."""
    connection.execute(_PUSH, {"name": name, "next": to})
