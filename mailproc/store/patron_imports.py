"""Imports of readers: written beside those that count, in portions, and made current by one short commit.

A staged row has the number of its import as ``since``, the row that it replaces has it as ``until``: nobody
reads the one or misses the other until the import is current (``current_patrons``). What it replaced is
deleted afterwards, again in portions, and so are the rows of an import that was never finished.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, literal_column, select, text, tuple_

from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.store import patron_numbers, patrons
from mailproc.store.current_patrons import CURRENT_IMPORT, IMPORT, IS_CURRENT, PATRON
from mailproc.store.patron_tables import PatronImportRow
from mailproc.store.patrons import REQUEST
from mailproc.store.prepared_statements import Constant, insert_into, made
from mailproc.store.rows import StoredPatron
from mailproc.store.tables import FOREVER
from mailproc.store.text import storable

FILE, GONE = "file", "gone"
"""``patron.source`` of a reader who is in the last file, and of one who was in an earlier one."""
FIELDS = (
    "name", "email", "status", "language", "barcodes", "address", "pickup", "expires_on", "blocks",
)  # fmt: skip
"""What a file may say of a reader."""
TEXTS = 100
"""Requests that one commit of ``settle`` makes found by their reader's new name."""
_COLUMNS = ("id", "since", "until", *FIELDS, "anonymised_at", "source")

_BEGIN = Constant(insert_into(PatronImportRow, ("begun_at", "actor")))
_LATEST = Constant(select(func.coalesce(func.max(IMPORT.c.id), 0)))
_STATE = Constant(select(IMPORT.c.state).where(IMPORT.c.id == bindparam("import_id")))
_ABANDON = IMPORT.update().where(IMPORT.c.state == "staging").values(state="abandoned")
_IN_STATE = select(IMPORT.c.id).where(IMPORT.c.state == bindparam("wanted")).order_by(IMPORT.c.id)
_CURRENT = select(IMPORT.c.id).where(text("is_current = 1"))
_SET_STATE = IMPORT.update().where(IMPORT.c.id == bindparam("import_id")).values(state=bindparam("to"))
_OF_IDS = select(PATRON).where(PATRON.c.id.in_(bindparam("ids", expanding=True)), IS_CURRENT)
_ENDS = Constant(
    PATRON.update()
    .where(PATRON.c.id == bindparam("patron_id"), IS_CURRENT)
    .values(until=bindparam("import_id", type_=Integer))
)
_STAGE = Constant(PATRON.insert().values({name: bindparam(name) for name in _COLUMNS}))
_FILED = Constant(
    select(PATRON.c.id)
    .where(PATRON.c.id > bindparam("after"), PATRON.c.source == FILE, IS_CURRENT)
    .order_by(PATRON.c.id)
    .limit(bindparam("most", type_=Integer))
)
_WITH_REQUESTS = (
    select(REQUEST.c.patron_id).where(REQUEST.c.patron_id.in_(bindparam("ids", expanding=True))).distinct()
)
_WITH_OPEN = _WITH_REQUESTS.where(REQUEST.c.closed_at.is_(None))
_OUTDATED = Constant(
    select(PATRON.c.id, PATRON.c.since, PATRON.c.name)
    .where(PATRON.c.until <= CURRENT_IMPORT, text(f"until < {FOREVER}"))
    .order_by(PATRON.c.until)
    .limit(bindparam("most", type_=Integer))
)
_DELETE = Constant(
    PATRON.delete().where(PATRON.c.id == bindparam("patron_id"), PATRON.c.since == bindparam("begun"))
)
_OF_IMPORT = select(PATRON.c.id, PATRON.c.since).where(
    PATRON.c.since == bindparam("import_id", type_=Integer)
)
_UNDONE = Constant(_OF_IMPORT.limit(bindparam("most", type_=Integer)))
_UNDO = Constant(
    PATRON.delete().where(
        tuple_(PATRON.c.id, PATRON.c.since).in_(_OF_IMPORT.limit(bindparam("most", type_=Integer)))
    )
)
_ENDED_BY = select(PATRON.c.id, PATRON.c.since).where(
    PATRON.c.until == bindparam("import_id", type_=Integer), text(f"until < {FOREVER}")
)
_REVIVE = Constant(
    PATRON.update()
    .where(tuple_(PATRON.c.id, PATRON.c.since).in_(_ENDED_BY.limit(bindparam("most", type_=Integer))))
    .values(until=literal_column(str(FOREVER)))
)


class Change(StrEnum):
    """What a file does to a reader."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True)
class FiledReader:
    """A reader of a file. ``values``: by names of ``FIELDS``; what the file does not say is left out."""

    id: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class ComparedReader:
    """``known``: the row that counts; None of a new reader. ``row``: what counts after the import."""

    kind: Change
    known: StoredPatron | None
    row: StoredPatron


def latest(connection: Connection) -> int:
    """Return the number of the last import that has begun; 0 before the first."""
    return int(_LATEST.scalar(connection, {}))


def begin(connection: Connection, at: datetime, actor: str, after: int) -> int:
    """Begin an import, and abandon one that was not finished; return its number.

    Raise LocalFault if another one has begun since ``latest`` was ``after``: what was compared is of no use.
    """
    if latest(connection) != after:
        raise LocalFault(sentence("patrons-other-import"))
    abandon(connection)
    return int(_BEGIN.scalar(connection, {"begun_at": at, "actor": actor}))


def abandon(connection: Connection) -> None:
    """Let an import that is being staged come to nothing: who was forgotten may be among its readers."""
    connection.execute(_ABANDON)


def in_state(connection: Connection, state: str) -> list[int]:
    """Return the imports in this state, oldest first."""
    return list(connection.execute(_IN_STATE, {"wanted": state}).scalars())


def is_any(connection: Connection) -> bool:
    """Return whether readers have been imported."""
    return connection.execute(_CURRENT).first() is not None


def compared(connection: Connection, readers: Sequence[FiledReader]) -> list[ComparedReader]:
    """Return for each reader of a file what it changes."""
    rows = made(StoredPatron, connection.execute(_OF_IDS, {"ids": [one.id for one in readers]}))
    known = {row.id: row for row in rows}
    waiting = _waiting(connection, readers, known)
    return [_compared(one, known.get(one.id), keeps_email=one.id in waiting) for one in readers]


def _waiting(
    connection: Connection, readers: Sequence[FiledReader], known: Mapping[str, StoredPatron]
) -> set[str]:
    """Return who would lose the e-mail address while a request is open: letters about it need the address,
    which may have been typed with the request."""
    losing = [
        one.id for one in readers if one.values.get("email") == "" and one.id in known and known[one.id].email
    ]
    return set(connection.execute(_WITH_OPEN, {"ids": losing}).scalars()) if losing else set()


def _compared(reader: FiledReader, known: StoredPatron | None, *, keeps_email: bool) -> ComparedReader:
    values = {name: _typed(name, value) for name, value in reader.values.items()}
    if keeps_email:
        del values["email"]
    if known is None:
        return ComparedReader(Change.NEW, None, replace(_NOBODY, id=reader.id, source=FILE, **values))
    merged = replace(known, source=FILE, anonymised_at=None, **values)
    return ComparedReader(Change.SAME if merged == known else Change.CHANGED, known, merged)


_NOBODY = StoredPatron("", 0, FOREVER, "", "", "", "", None, None, None, "", None, None, "")


def _typed(name: str, value: Any) -> Any:
    """A value as its column gives it back: '' of a list and of a day is NULL."""
    if name == "expires_on":
        return date.fromisoformat(value) if value else None
    if isinstance(value, list):
        return [storable(one) for one in value] or None
    return storable(value)


def stage(connection: Connection, import_id: int, readers: Sequence[FiledReader]) -> dict[Change, int]:
    """Write the rows that these readers change; return how many of each kind.

    Raise LocalFault if another import has begun since.
    """
    _check(connection, import_id)
    found = compared(connection, readers)
    _write(connection, import_id, [one.row for one in found if one.kind is not Change.SAME])
    return {kind: sum(one.kind is kind for one in found) for kind in Change}


def stage_gone(connection: Connection, import_id: int, ids: Sequence[str]) -> None:
    """Let these readers be gone: who has requests stays, and is known as gone. Raise as ``stage``."""
    _check(connection, import_id)
    kept = connection.execute(_WITH_REQUESTS, {"ids": list(ids)}).scalars().all()
    rows = made(StoredPatron, connection.execute(_OF_IDS, {"ids": list(kept)})) if kept else []
    _write(connection, import_id, [replace(row, source=GONE) for row in rows])
    _ENDS.run_many(connection, [{"patron_id": one, "import_id": import_id} for one in {*ids} - {*kept}])


def _write(connection: Connection, import_id: int, rows: Iterable[StoredPatron]) -> None:
    new = [{name: getattr(row, name) for name in _COLUMNS} for row in rows]
    _ENDS.run_many(connection, [{"patron_id": one["id"], "import_id": import_id} for one in new])
    _STAGE.run_many(connection, [{**one, "since": import_id, "until": FOREVER} for one in new])
    patron_numbers.renew(connection, [one["id"] for one in new])


def _check(connection: Connection, import_id: int) -> None:
    """Raise LocalFault if another import has begun since."""
    if _STATE.scalar(connection, {"import_id": import_id}) != "staging":
        raise LocalFault(sentence("patrons-other-import"))


def make_current(connection: Connection, import_id: int, at: datetime, counts: Mapping[str, int]) -> None:
    """Let the import count from this commit on. Raise as ``stage``."""
    _check(connection, import_id)
    connection.execute(IMPORT.update().where(text("is_current = 1")).values(is_current=0))
    values = {"state": "current", "is_current": 1, "current_at": at, **counts}
    connection.execute(IMPORT.update().where(IMPORT.c.id == import_id).values(values))


def settle(connection: Connection, most: int) -> int:
    """Delete at most ``most`` rows that count no more; return how many. Their requests are found by the new
    name. When nothing is left, the import is settled."""
    outdated = _OUTDATED.rows(connection, {"most": most})
    done = texts = 0
    for row in outdated:
        now = patrons.load(connection, row["id"])
        if now is not None and now.name != row["name"]:
            texts += patrons.name_requests(connection, row["id"])
        _DELETE.run(connection, {"patron_id": row["id"], "begun": row["since"]})
        patron_numbers.renew(connection, [row["id"]])
        done += 1
        if texts >= TEXTS:
            break
    if not outdated:
        connection.execute(IMPORT.update().where(IMPORT.c.state == "current").values(state="settled"))
    return done


def undo(import_id: int, connection: Connection, most: int) -> int:
    """Take back at most ``most`` rows of an abandoned import; return how many it were."""
    values = {"import_id": import_id, "most": most}
    ids = [row["id"] for row in _UNDONE.rows(connection, values)]
    done = _UNDO.count(connection, values) or _REVIVE.count(connection, values)
    patron_numbers.renew(connection, ids)
    if not done:
        connection.execute(_SET_STATE, {"import_id": import_id, "to": "undone"})
    return done


def filed_after(connection: Connection, after: str, most: int) -> list[str]:
    """Return ids of readers of the last file, in order, those after ``after``."""
    return [row["id"] for row in _FILED.rows(connection, {"after": after, "most": most})]
