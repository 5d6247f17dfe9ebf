"""Letters of a mailbox that a poll skipped: why, since when, and when they are read again.

The mailbox's position is above them, so only this list knows them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, delete, select, text

from mailproc.store.prepared_statements import table_of
from mailproc.store.queue import LONGEST, pause
from mailproc.store.tables import Instant, PassedOverRow
from mailproc.store.text import storable

UNREAD = "unread"
"""It could not be read."""
LARGE = "large"
"""It is larger than a letter may be."""
SHORT = "short"
"""It was stored, but fewer octets came than the server had announced."""
GONE = "gone"
"""It was announced and then missing. Dropped if the next poll does not find it either."""

LOUD = (UNREAD, LARGE)
"""Kinds of which staff are told; the others are read once more, and settled by that."""
TRIES = 10
"""After this many tries (about four days) only `mailproc fetch` reads it again."""

PASSED_OVER = table_of(PassedOverRow)


@dataclass(frozen=True)
class FolderPlace:
    """A folder of a mailbox, and the UIDVALIDITY for which its UIDs are valid."""

    mailbox: str
    folder: str
    uidvalidity: int


@dataclass(frozen=True)
class Passed:
    """One letter that a poll skipped; ``kind`` is a word of this file, ``reason`` half a sentence."""

    uid: int
    kind: str
    reason: str


@dataclass(frozen=True)
class Remembered(Passed):
    """The same as it is in the list."""

    since: datetime
    attempts: int
    not_before: datetime

    def is_due(self, now: datetime) -> bool:
        waits = self.not_before - now
        return self.attempts < TRIES and (waits <= timedelta() or waits > LONGEST)


_NOTE = text(
    "INSERT INTO passed_over (mailbox, folder, uidvalidity, uid, kind, reason, since, attempts, not_before)"
    " VALUES (:mailbox, :folder, :uidvalidity, :uid, :kind, :reason, :now, :attempts, :not_before)"
    " ON CONFLICT (mailbox, folder, uidvalidity, uid) DO UPDATE SET kind = excluded.kind,"
    " reason = excluded.reason, attempts = excluded.attempts, not_before = excluded.not_before"
).bindparams(bindparam("now", type_=Instant), bindparam("not_before", type_=Instant))


def of(connection: Connection, mailbox: str, folder: str) -> dict[int, list[Remembered]]:
    """Return the list of a folder, by UIDVALIDITY; the lowest UID first."""
    here = (PASSED_OVER.c.mailbox == mailbox, PASSED_OVER.c.folder == folder)
    found: dict[int, list[Remembered]] = {}
    rows = connection.execute(select(PASSED_OVER).where(*here).order_by(PASSED_OVER.c.uid))
    for row in rows.mappings():
        found.setdefault(row["uidvalidity"], []).append(_remembered(row))
    return found


def loud(connection: Connection, mailbox: str) -> list[Remembered]:
    """Return what staff should know of, the longest waiting first."""
    told = (PASSED_OVER.c.mailbox == mailbox, PASSED_OVER.c.kind.in_(LOUD))
    statement = select(PASSED_OVER).where(*told).order_by(PASSED_OVER.c.since, PASSED_OVER.c.uid)
    return [_remembered(row) for row in connection.execute(statement).mappings()]


def note(connection: Connection, place: FolderPlace, passed: Sequence[Passed], now: datetime) -> None:
    """Add these to the list, or count another try of those that are in it."""
    if not passed:
        return
    tried = {
        row.uid: row.attempts
        for row in of(connection, place.mailbox, place.folder).get(place.uidvalidity, [])
    }
    for one in passed:
        attempts = tried.get(one.uid, 0) + 1
        wait = now if one.kind == GONE else now + pause(attempts)
        values = {"kind": one.kind, "reason": storable(one.reason), "attempts": attempts, "not_before": wait}
        connection.execute(_NOTE, _key(place) | values | {"uid": one.uid, "now": now})


def drop(connection: Connection, place: FolderPlace, uids: Collection[int]) -> None:
    """Remove those that were read, or are gone."""
    if uids:
        connection.execute(delete(PASSED_OVER).where(*_at(place), PASSED_OVER.c.uid.in_(uids)))


def drop_elsewhere(connection: Connection, place: FolderPlace) -> None:
    """Remove all: the mailbox has another folder or new UIDs, and is read from its beginning."""
    others = (PASSED_OVER.c.folder != place.folder) | (PASSED_OVER.c.uidvalidity != place.uidvalidity)
    connection.execute(delete(PASSED_OVER).where(PASSED_OVER.c.mailbox == place.mailbox, others))


def _at(place: FolderPlace) -> tuple[ColumnElement[bool], ...]:
    return tuple(PASSED_OVER.c[name] == value for name, value in _key(place).items())


def _key(place: FolderPlace) -> dict[str, str | int]:
    return {"mailbox": place.mailbox, "folder": place.folder, "uidvalidity": place.uidvalidity}


def _remembered(row: RowMapping) -> Remembered:
    names = ("uid", "kind", "reason", "since", "attempts", "not_before")
    return Remembered(**{name: row[name] for name in names})
