"""Commit ①: a letter is ours once its inbox row exists, and its bytes beside it.

``keep`` is on the path of every 250, so it is two constant statements for many letters, without an ORM. The
digest is computed when the letter is built, outside the write.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, text

from mailproc.store import letter_bytes
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.tables import InboxRow, Instant
from mailproc.store.text import storable

SIZES = (32, 16, 8, 4, 2, 1)
"""Letters per statement. A few sizes only, because each is a statement of its own."""
OCTETS = 4_000_000
"""Octets of the letters in one statement, which copies them; a longer letter is written alone."""


@dataclass(frozen=True)
class NewLetter:
    """A letter as it came in by a door (``mail.channel``), with what the channel knows of its sender.

    ``rcpt_to`` is '' without a known envelope (IMAP); ``peer`` is the client's IP address, ``login`` its
    user. ``digest`` is the SHA-256 (hex) of ``raw``. Raise ValueError for a naive ``received_at``. The bytes
    are not in its repr: they may hold a partner's password.
    """

    door: str
    raw: bytes = field(repr=False)
    received_at: datetime
    mail_from: str = ""
    rcpt_to: str = ""
    peer: str = ""
    login: str = ""
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("a naive time is no instant")
        object.__setattr__(self, "digest", sha256(self.raw).hexdigest())


@dataclass(frozen=True)
class StoredLetter:
    """The letter's inbox row; ``new`` is False if the same letter was there before."""

    inbox_id: int
    new: bool


_GIVEN = ("door", "mail_from", "rcpt_to", "peer", "login", "digest", "received_at")
_INTO = (
    "INSERT INTO inbox (door, mail_from, rcpt_to, peer, login, digest, received_at,"
    " state, attempts, last_error, proof, message_id, subject, codec, partner, note) VALUES "
)
_UNLESS_THERE = " ON CONFLICT (digest, door, rcpt_to, mail_from, peer, login) DO NOTHING"


def _row(number: int) -> str:
    names = ", ".join(f":{name}_{number}" for name in _GIVEN)
    return f"({names}, 'todo', 0, '', '', '', '', '', '', '')"


def _typed(statement: str, letters: int) -> Constant[RowMapping]:
    instants = [bindparam(f"received_at_{number}", type_=Instant) for number in range(letters)]
    return Constant(text(statement).bindparams(*instants))


# RETURNING gives no row if the letter was there: one statement for a new letter, two for a repeat.
_INSERT = _typed(f"{_INTO}{_row(0)}{_UNLESS_THERE} RETURNING id", 1)


@cache
def _insert(letters: int) -> Constant[RowMapping]:
    """Return a statement for so many letters: each statement switches Python's lock once."""
    return _typed(f"{_INTO}{', '.join(map(_row, range(letters)))}{_UNLESS_THERE}", letters)


@dataclass(frozen=True)
class _Since:
    """The rows that a group has made: first and last id, and how many."""

    first: int | None
    last: int | None
    rows: int


_ID = table_of(InboxRow).c.id
_LAST = Constant(select(func.coalesce(func.max(_ID), 0)))
_SINCE = Constant(
    select(func.min(_ID).label("first"), func.max(_ID).label("last"), func.count().label("rows")).where(
        bindparam("before") < _ID
    ),
    into=_Since,
)

_FIND = Constant(
    text(
        "SELECT id FROM inbox WHERE digest = :digest_0 AND door = :door_0 AND rcpt_to = :rcpt_to_0"
        " AND mail_from = :mail_from_0 AND peer = :peer_0 AND login = :login_0"
    )
)


def keep(connection: Connection, letters: Sequence[NewLetter]) -> list[StoredLetter]:
    """Write one row for each letter that is not there yet, in order; answer for each.

    The same bytes by the same door, for the same recipient, with the same envelope sender and client, are one
    row, so a letter delivered again changes nothing and may still be acknowledged. From another sender or
    client it is another row: which copy counts is decided when it is read. Nothing is durable before the
    caller's commit.
    """
    kept = [_keep_one(connection, letters[0])] if len(letters) == 1 else _keep_many(connection, letters)
    new = [
        (row.inbox_id, letter.received_at, letter.raw)
        for row, letter in zip(kept, letters, strict=True)
        if row.new
    ]
    while new:
        size = next(size for size in SIZES if size == 1 or _fit(new, size))
        letter_bytes.add_received(connection, new[:size])
        new = new[size:]
    return kept


def _keep_many(connection: Connection, letters: Sequence[NewLetter]) -> list[StoredLetter]:
    before = _LAST.scalar(connection, {})
    for part in _parts(letters):
        _insert(len(part)).run(connection, _values(part))
    since = _SINCE.one(connection, {"before": before})
    if since.first and since.last and since.rows == len(letters) == since.last - since.first + 1:
        return [StoredLetter(row, new=True) for row in range(since.first, since.last + 1)]
    return list(_found(connection, letters, before))


def _parts(letters: Sequence[NewLetter]) -> Iterator[Sequence[NewLetter]]:
    while letters:
        size = next(size for size in SIZES if size <= len(letters))
        yield letters[:size]
        letters = letters[size:]


def _fit(new: Sequence[tuple[int, datetime, bytes]], size: int) -> bool:
    return size <= len(new) and sum(len(raw) for *_, raw in new[:size]) <= OCTETS


def _found(connection: Connection, letters: Sequence[NewLetter], before: int) -> Iterator[StoredLetter]:
    """Look up the letters one by one: some were there already, or occur twice."""
    known: set[int] = set()
    for letter in letters:
        row = _FIND.scalar(connection, _values([letter]))
        yield StoredLetter(row, new=row > before and row not in known)
        known.add(row)


def _keep_one(connection: Connection, letter: NewLetter) -> StoredLetter:
    values = _values([letter])
    inbox_id = _INSERT.scalar(connection, values)
    if inbox_id is not None:
        return StoredLetter(inbox_id, new=True)
    return StoredLetter(_FIND.scalar(connection, values), new=False)


def _values(letters: Sequence[NewLetter]) -> dict[str, Any]:
    """By parameter of ``_row``."""
    values: dict[str, Any] = {}
    for number, letter in enumerate(letters):
        values |= {
            f"door_{number}": letter.door,
            f"mail_from_{number}": storable(letter.mail_from),
            f"rcpt_to_{number}": storable(letter.rcpt_to),
            f"peer_{number}": storable(letter.peer),
            f"login_{number}": storable(letter.login),
            f"digest_{number}": letter.digest,
            f"received_at_{number}": letter.received_at,
        }
    return values
