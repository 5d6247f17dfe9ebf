"""The bytes of letters: in tables of their own, or in an archive (archives.py); who reads one need not know.

A letter's row has ``archived`` = 0 exactly while the store has its bytes, and ``DELETED`` when nobody has
them any more, because their days were over (flow/letter_purging.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Table,
    bindparam,
    insert,
    select,
)

from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.store import archives
from mailproc.store.bytes_tables import InboxBytes, OutgoingBytes
from mailproc.store.prepared_statements import Constant, insert_into, made, table_of, update_of
from mailproc.store.rows import InboxLetter, InboxRecord, OutgoingLetter, OutgoingRecord, Queued
from mailproc.store.tables import InboxRow, Instant, OutgoingRow

_Row = TypeVar("_Row", bound=Queued)


@dataclass(frozen=True)
class LettersAndBytes:
    """One of the two tables of letters, that of its bytes, and the column of the letter that is ``at``."""

    letters: Table
    bytes: Table
    at: str


@dataclass(frozen=True)
class ArchivedLetter:
    """A letter whose bytes the archive of ``year`` has."""

    id: int
    year: int
    digest: str


@dataclass(frozen=True)
class KeptLetter:
    """A letter whose bytes the store should have. ``found``: its id again, None if it has not."""

    id: int
    found: int | None


INBOX = LettersAndBytes(table_of(InboxRow), table_of(InboxBytes), "received_at")
OUTGOING = LettersAndBytes(table_of(OutgoingRow), table_of(OutgoingBytes), "prepared_at")
BOTH = {"I": INBOX, "O": OUTGOING}
"""By the letter that stands before the numbers of staff."""
_BY_NAME = {kind.letters.name: kind for kind in BOTH.values()}
_COLUMNS = ("letter_id", "at", "raw")
DELETED = -1
"""``archived`` of a letter whose bytes were deleted."""


def whole(table: Table) -> list[ColumnElement[Any]]:
    """Return the columns of a queue's table; of letters, their bytes too (NULL if they are archived)."""
    kind = _BY_NAME.get(table.name)
    return [*table.c] if kind is None else [*table.c, _raw(kind)]


def _raw(kind: LettersAndBytes) -> ColumnElement[Any]:
    """By ``at`` too: PostgreSQL then looks into one partition alone."""
    here = (kind.bytes.c.letter_id == kind.letters.c.id, kind.bytes.c.at == kind.letters.c[kind.at])
    return select(kind.bytes.c.raw).where(*here).scalar_subquery().label("raw")


_ADD_OURS = Constant(insert_into(OutgoingBytes, _COLUMNS))
_REPLACE_OURS = Constant(
    OUTGOING.bytes.update()
    .where(OUTGOING.bytes.c.letter_id == bindparam("letter_id"))
    .values(raw=bindparam("raw"))
)

_ARCHIVED = {
    kind: select(of.letters.c.id, of.letters.c.archived.label("year"), of.letters.c.digest)
    .where(of.letters.c.id > bindparam("after", type_=Integer), of.letters.c.archived > 0)
    .order_by(of.letters.c.id)
    .limit(bindparam("most", type_=Integer))
    for kind, of in BOTH.items()
}
_OF_ANOTHER_YEAR = {
    kind: select(of.letters.c.id, of.letters.c.archived)
    .where(
        of.letters.c.id > bindparam("after", type_=Integer),
        of.letters.c.archived.not_in(bindparam("years", expanding=True)),
    )
    .order_by(of.letters.c.id)
    .limit(1)
    for kind, of in BOTH.items()
}
_KEPT = {
    kind: select(
        of.letters.c.id,
        select(of.bytes.c.letter_id)
        .where(of.bytes.c.letter_id == of.letters.c.id, of.bytes.c.at == of.letters.c[of.at])
        .scalar_subquery()
        .label("found"),
    )
    .where(of.letters.c.id > bindparam("after", type_=Integer), of.letters.c.archived == 0)
    .order_by(of.letters.c.id)
    .limit(bindparam("most", type_=Integer))
    for kind, of in BOTH.items()
}
_GIVEN_UP = {
    kind: Constant(update_of(model, ("archived", "digest")))
    for kind, model in (("I", InboxRow), ("O", OutgoingRow))
}


@cache
def _add_received(letters: int) -> Constant[RowMapping]:
    rows = [
        {
            name: bindparam(f"{name}_{row}", type_=Instant) if name == "at" else bindparam(f"{name}_{row}")
            for name in _COLUMNS
        }
        for row in range(letters)
    ]
    return Constant(insert(INBOX.bytes).values(rows))


def add_received(connection: Connection, letters: Sequence[tuple[int, datetime, bytes]]) -> None:
    """Write the bytes of rows of the inbox: id, when it was received, bytes. A few sizes only (inbox.py)."""
    values = {
        f"{name}_{row}": value
        for row, one in enumerate(letters)
        for name, value in zip(_COLUMNS, one, strict=True)
    }
    _add_received(len(letters)).run(connection, values)


def add_ours(connection: Connection, outgoing_id: int, at: datetime, raw: bytes) -> None:
    _ADD_OURS.run(connection, {"letter_id": outgoing_id, "at": at, "raw": raw})


def replace_ours(connection: Connection, outgoing_id: int, raw: bytes) -> None:
    """Write a letter of ours again, which has not left."""
    _REPLACE_OURS.run(connection, {"letter_id": outgoing_id, "raw": raw})


def filled(connection: Connection, row: _Row) -> _Row:
    """Return the letter with its bytes, from its archive if they are there. Raise as ``Archives.read``."""
    if isinstance(row, InboxLetter | OutgoingLetter) and cast(bytes | None, row.raw) is None:
        return cast(_Row, replace(row, raw=_from_archive(connection, row.archived, row.digest)))
    return row


def _from_archive(connection: Connection, year: int, digest: str) -> bytes:
    if year == DELETED:
        raise LocalFault(sentence("letter-deleted"))
    return archives.of(connection).read(year, digest)


def archived(connection: Connection, row: InboxRecord | OutgoingRecord | None) -> bytes | None:
    """Return the bytes that are to be taken back; None where the store has them. Raise as ``Archives.read``.

    For a look before the write: an archive may be on a slow disk.
    """
    return _from_archive(connection, row.archived, row.digest) if row and row.archived else None


def take_back(connection: Connection, row: InboxRecord | OutgoingRecord, known: bytes | None = None) -> None:
    """Give an archived letter's bytes back to the store, which is to work with it again.

    The archive keeps its copy: it is the same again when the letter is archived the next time. ``known``: as
    ``archived`` said before the write; without it the archive is read now. Raise as ``Archives.read``.
    """
    if not row.archived:
        return
    raw = known if known is not None else _from_archive(connection, row.archived, row.digest)
    kind, at = (INBOX, row.received_at) if isinstance(row, InboxRecord) else (OUTGOING, row.prepared_at)
    this = (kind.letters.c.id == row.id, kind.letters.c.archived != 0)
    if connection.execute(kind.letters.update().where(*this).values(archived=0)).rowcount:
        connection.execute(kind.bytes.insert().values(letter_id=row.id, at=at, raw=raw))


def load_raw(connection: Connection, kind: str, ids: Sequence[int]) -> dict[int, bytes]:
    """Return the bytes that the store has of these letters ("I" or "O"), by id."""
    table = BOTH[kind].bytes
    rows = connection.execute(select(table.c.letter_id, table.c.raw).where(table.c.letter_id.in_(ids)))
    return {row.letter_id: bytes(row.raw) for row in rows}


def give_up(
    connection: Connection, kind: str, settled: Sequence[str], year: int, digests: Mapping[int, str]
) -> int:
    """Delete the bytes of letters that the archive of ``year`` has: ``digests``, by id. Return how many.

    One that is in none of the states ``settled`` any more, or was given up meanwhile, is left alone.
    """
    of = BOTH[kind]
    letters = of.letters.c
    mine = (letters.id.in_(list(digests)), letters.archived == 0, letters.state.in_(settled))
    still = list(connection.execute(select(letters.id).where(*mine)).scalars())
    _GIVEN_UP[kind].run_many(
        connection, [{"row_id": one, "archived": year, "digest": digests[one]} for one in still]
    )
    connection.execute(of.bytes.delete().where(of.bytes.c.letter_id.in_(still)))
    return len(still)


def delete(connection: Connection, kind: str, settled: Sequence[str], ids: Sequence[int]) -> list[int]:
    """Delete the bytes of those of these letters that are in a state of ``settled``; return their ids.

    Bytes that an archive has stay there (``delete_archived``).
    """
    of = BOTH[kind]
    letters = of.letters.c
    mine = (letters.id.in_(ids), letters.archived == 0, letters.state.in_(settled))
    still = list(connection.execute(select(letters.id).where(*mine)).scalars())
    connection.execute(of.letters.update().where(letters.id.in_(still)).values(archived=DELETED))
    connection.execute(of.bytes.delete().where(of.bytes.c.letter_id.in_(still)))
    return still


def delete_archived(connection: Connection, kind: str, ids: Sequence[int]) -> None:
    """Note of archived letters that their archive is to go."""
    letters = BOTH[kind].letters
    mine = (letters.c.id.in_(ids), letters.c.archived > 0)
    connection.execute(letters.update().where(*mine).values(archived=DELETED))


def archived_years(connection: Connection) -> list[int]:
    """Return the years whose archives have letters of this store, in order."""
    years = {0, DELETED}
    for statement in _OF_ANOTHER_YEAR.values():
        after = 0
        while row := connection.execute(statement, {"after": after, "years": sorted(years)}).first():
            after = row.id
            years.add(row.archived)
    return sorted(years - {0, DELETED})


def kept_after(connection: Connection, kind: str, after: int, limit: int) -> list[KeptLetter]:
    """Return letters ("I" or "O") behind that id that the store has, for going through all of them."""
    return made(KeptLetter, connection.execute(_KEPT[kind], {"after": after, "most": limit}))


def archived_after(connection: Connection, kind: str, after: int, limit: int) -> list[ArchivedLetter]:
    """Return archived letters ("I" or "O") behind that id, for going through all of them."""
    return made(ArchivedLetter, connection.execute(_ARCHIVED[kind], {"after": after, "most": limit}))
