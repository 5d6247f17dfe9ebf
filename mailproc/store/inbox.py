"""Commit ①: a letter is ours once its inbox row is there.

``keep`` is on the path of every 250, so it is one constant statement a letter and no ORM. The
digest is made when the letter is built, which is outside the write.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, text

from mailproc.store.prepared_statements import Constant
from mailproc.store.tables import Instant
from mailproc.store.text import storable


@dataclass(frozen=True)
class NewLetter:
    """A letter as it came in by a door (``mail.channel``), with what its channel knows of who brought it.

    ``rcpt_to`` is '' where no envelope is known (IMAP); ``peer`` is the client's IP
    address, ``login`` the user as whom it has logged in. ``digest`` is the SHA-256 (hex) of ``raw``.
    Raises ValueError for a naive ``received_at``. The bytes stay out of its repr: they may
    hold a partner's password.
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
    """The letter's inbox row; ``new`` is False where the same letter was there before."""

    inbox_id: int
    new: bool


# RETURNING gives no row where the letter was there: one statement for each new letter, two for a repeat.
_INSERT = Constant(
    text(
        "INSERT INTO inbox (door, mail_from, rcpt_to, peer, login, digest, raw, received_at,"
        " state, attempts, last_error, proof, message_id, subject, codec, partner, note)"
        " VALUES (:door, :mail_from, :rcpt_to, :peer, :login, :digest, :raw, :received_at,"
        " 'todo', 0, '', '', '', '', '', '', '')"
        " ON CONFLICT (digest, door, rcpt_to, mail_from, peer, login) DO NOTHING RETURNING id"
    ).bindparams(bindparam("received_at", type_=Instant))
)

_FIND = Constant(
    text(
        "SELECT id FROM inbox WHERE digest = :digest AND door = :door AND rcpt_to = :rcpt_to"
        " AND mail_from = :mail_from AND peer = :peer AND login = :login"
    )
)


def keep(connection: Connection, letters: Sequence[NewLetter]) -> list[StoredLetter]:
    """Write one row for each letter that is not there yet, in order; answer for each.

    The same bytes by the same door, for the same recipient, under the same envelope sender and of the
    same client are one row, so a letter delivered again is a no-op that may still be acknowledged. Of
    another sender or client it is another row: whose copy counts is decided when it is read. Nothing
    holds before the caller's commit.
    """
    return [_keep_one(connection, letter) for letter in letters]


def _keep_one(connection: Connection, letter: NewLetter) -> StoredLetter:
    values = _values(letter)
    inbox_id = _INSERT.scalar(connection, values)
    if inbox_id is not None:
        return StoredLetter(inbox_id, new=True)
    return StoredLetter(_FIND.scalar(connection, values), new=False)


def _values(letter: NewLetter) -> dict[str, Any]:
    return {
        "door": letter.door,
        "mail_from": storable(letter.mail_from),
        "rcpt_to": storable(letter.rcpt_to),
        "peer": storable(letter.peer),
        "login": storable(letter.login),
        "digest": letter.digest,
        "raw": letter.raw,
        "received_at": letter.received_at,
    }
