"""How far each mailbox was read, and whether it can be reached.

The position moves in the commit of its letters. New letters are recognised by UIDVALIDITY and the highest UID
(RFC 3501, 2.3.1.1), never by ``\\Seen``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from mailproc.store import skipped_letters
from mailproc.store.inbox import NewLetter, StoredLetter, keep
from mailproc.store.skipped_letters import FolderPlace, Passed
from mailproc.store.tables import Instant


@dataclass(frozen=True)
class Position:
    """The highest UID that was read, and the UIDVALIDITY for which it is valid.

    (0, 0) is a mailbox never read: no server uses either number.
    """

    uidvalidity: int
    last_uid: int


@dataclass(frozen=True)
class Batch:
    """The content of one commit of a poll.

    ``letters`` by UID; ``last_uid`` None leaves the position unchanged. ``passed`` is added to the list of
    skipped letters; what was read, or is ``gone``, is removed from it.
    """

    place: FolderPlace
    last_uid: int | None
    at: datetime
    letters: Mapping[int, NewLetter] = field(default_factory=dict)
    passed: Sequence[Passed] = ()
    gone: Sequence[int] = ()


_READ = text("SELECT uidvalidity, last_uid, folder FROM mailbox WHERE name = :name")

_MOVE = text(
    "INSERT INTO mailbox (name, folder, uidvalidity, last_uid, last_error)"
    " VALUES (:name, :folder, :uidvalidity, :last_uid, '')"
    " ON CONFLICT (name) DO UPDATE SET folder = excluded.folder,"
    " uidvalidity = excluded.uidvalidity, last_uid = excluded.last_uid"
)

# The first failure's time stays until the mailbox works again: it is what the alarm counts from.
# One of the future was noted while the clock was wrong.
_FAILING = text(
    "INSERT INTO mailbox (name, folder, uidvalidity, last_uid, failing_since, last_error)"
    " VALUES (:name, '', 0, 0, :now, :error)"
    " ON CONFLICT (name) DO UPDATE SET last_error = excluded.last_error,"
    " failing_since = CASE WHEN mailbox.failing_since <= excluded.failing_since"
    " THEN mailbox.failing_since ELSE excluded.failing_since END"
).bindparams(bindparam("now", type_=Instant))

_SINCE = text("SELECT failing_since FROM mailbox WHERE name = :name").columns(failing_since=Instant)

_ERROR = text("SELECT last_error FROM mailbox WHERE name = :name")

_WORKING = text(
    "UPDATE mailbox SET failing_since = NULL, last_error = ''"
    " WHERE name = :name AND failing_since IS NOT NULL"
)


def position(connection: Connection, name: str, folder: str | None = None) -> Position:
    """Return where reading continues; (0, 0) for a mailbox never read, or with another folder now."""
    row = connection.execute(_READ, {"name": name}).one_or_none()
    if row is None or (folder is not None and row.folder != folder):
        return Position(0, 0)
    return Position(row.uidvalidity, row.last_uid)


def keep_batch(connection: Connection, batch: Batch) -> list[StoredLetter]:
    """Store the letters, the list of skipped letters and the position in the caller's commit."""
    place = batch.place
    kept = keep(connection, list(batch.letters.values()))
    still = {one.uid for one in batch.passed}  # of a letter that came short there may be more
    skipped_letters.drop(connection, place, (batch.letters.keys() - still) | set(batch.gone))
    skipped_letters.note(connection, place, batch.passed, batch.at)
    if batch.last_uid is not None:
        values = {"folder": place.folder, "uidvalidity": place.uidvalidity, "last_uid": batch.last_uid}
        connection.execute(_MOVE, values | {"name": place.mailbox})
        skipped_letters.drop_elsewhere(connection, place)
    return kept


def failing(connection: Connection, name: str, error: str, now: datetime) -> None:
    """Record that the mailbox could not be read; ``failing_since`` keeps the first time."""
    connection.execute(_FAILING, {"name": name, "error": error, "now": now})


def working(connection: Connection, name: str) -> None:
    """Record that the mailbox was read: the failure is over."""
    connection.execute(_WORKING, {"name": name})


def failing_since(connection: Connection, name: str) -> datetime | None:
    """Return since when the mailbox cannot be read; None if it can."""
    since: datetime | None = connection.execute(_SINCE, {"name": name}).scalar()
    return since


def last_error(connection: Connection, name: str) -> str:
    """Say why the mailbox could not be read at the last poll; '' if it could."""
    return connection.execute(_ERROR, {"name": name}).scalar() or ""
