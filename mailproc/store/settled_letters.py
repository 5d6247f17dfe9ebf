"""Letters that nobody has to do with any more: settled, and all their requests closed for long.

What is moved to an archive, or whose bytes are deleted, is chosen here alone; no row is deleted. A letter of
several requests waits for the last of them; one of no request goes by its own age.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, Table, bindparam, func, or_, select

from mailproc.store import letter_bytes
from mailproc.store.letter_bytes import LettersAndBytes
from mailproc.store.letters import DISMISSED
from mailproc.store.outgoing import INTENT, PRINTED
from mailproc.store.prepared_statements import one_of, table_of
from mailproc.store.tables import EventRow, Instant, RequestRow, TransactionRow

LOOKED_AT = 500
"""Letters that are looked at in one read."""
SETTLED = {
    "I": ("done", DISMISSED),
    "O": ("handed_over", "filed", "dismissed", "withdrawn", PRINTED),
}
"""States of a letter with which nobody has to do any more."""
_EVENT = table_of(EventRow)
_TRANSACTION = table_of(TransactionRow)
_REQUEST = table_of(RequestRow)


@dataclass(frozen=True)
class SettledLetter:
    """``at``: when it came, or was written; ``digest``: '' where it was never taken."""

    id: int
    at: datetime
    octets: int
    digest: str


@dataclass(frozen=True)
class Looked:
    """What one read found. ``until``: the last letter that was looked at; None where none is old any more."""

    due: tuple[SettledLetter, ...]
    until: int | None


def _candidates(of: LettersAndBytes) -> Select[Any]:
    letters = of.letters.c
    columns = (letters.id, letters[of.at].label("at"), letters.state, letters.digest)
    return (
        select(*columns, func.length(of.bytes.c.raw).label("octets"))
        .join(of.bytes, of.bytes.c.letter_id == letters.id)
        .where(of.bytes.c.letter_id > bindparam("after", type_=Integer))
        .order_by(of.bytes.c.letter_id)
        .limit(bindparam("most", type_=Integer))
    )


def _in_use(source: Table, letter: Any, *unsettled: ColumnElement[bool]) -> Select[Any]:
    """Select those of some letters that a request is about which is open, or closed not long enough."""
    of = func.coalesce(source.c.request_id, _TRANSACTION.c.request_id)
    joined = source.outerjoin(_TRANSACTION, _TRANSACTION.c.id == source.c.transaction_id)
    closed = _REQUEST.c.closed_at
    young = _REQUEST.c.id.is_not(None) & (closed.is_(None) | (closed >= bindparam("before", type_=Instant)))
    return (
        select(letter)
        .select_from(joined.outerjoin(_REQUEST, _REQUEST.c.id == of))
        .where(letter.in_(bindparam("ids", expanding=True)), or_(young, *unsettled))
    )


_CANDIDATES = {kind: _candidates(of) for kind, of in letter_bytes.BOTH.items()}
_IN_USE = {
    "I": _in_use(_EVENT, _EVENT.c.inbox_id, ~one_of(_EVENT.c.state, ("done", DISMISSED))),
    "O": _in_use(INTENT, INTENT.c.outgoing_id),
}


def look(connection: Connection, kind: str, before: datetime, after: int) -> Looked:
    """Look at letters ("I" or "O") behind the id ``after`` whose bytes the store has, in their order.

    Due is what is older than ``before``, settled, and of requests that were closed before it.
    """
    values = {"after": after, "most": LOOKED_AT}
    rows = connection.execute(_CANDIDATES[kind], values).all()
    old = [row for row in rows if row.at < before]
    if not old:  # ids follow the time, but for a clock that was wrong
        return Looked((), None)
    settled = [row for row in old if row.state in SETTLED[kind]]
    busy = _busy(connection, kind, before, [row.id for row in settled])
    due = (SettledLetter(row.id, row.at, row.octets, row.digest) for row in settled if row.id not in busy)
    return Looked(tuple(due), rows[-1].id)


def are_over(connection: Connection, kind: str, before: datetime, ids: Sequence[int]) -> bool:
    """Return whether all requests that these archived letters are about were closed before then."""
    return not _busy(connection, kind, before, ids)


def _busy(connection: Connection, kind: str, before: datetime, ids: Sequence[int]) -> Collection[int]:
    found = connection.execute(_IN_USE[kind], {"ids": list(ids), "before": before}) if ids else None
    return set(found.scalars()) if found is not None else ()
