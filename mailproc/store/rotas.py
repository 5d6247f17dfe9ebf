"""Change a request later: the rota positions not asked yet, and its fields."""

from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from mailproc.ill.terms import Role, State
from mailproc.store import find, look_ups, taken_back
from mailproc.store.events import EVENT, HISTORY
from mailproc.store.prepared_statements import Constant, made, one_of
from mailproc.store.requests import CANDIDATE, REQUEST, add_candidates, keys
from mailproc.store.rows import AttemptStep, RotaEntry
from mailproc.store.text import storable
from mailproc.store.transactions import TRANSACTION

_UNANSWERED = Constant(
    select(func.count())
    .select_from(TRANSACTION)
    .where(
        TRANSACTION.c.partner == bindparam("partner"),
        one_of(TRANSACTION.c.state, [state.name for state in State if state.awaits_answer]),
        TRANSACTION.c.role == Role.REQUESTER.name,
        TRANSACTION.c.closed_at.is_(None),
    )
)


def places(connection: Connection, request_id: int) -> list[RotaEntry]:
    """Return the rota in order, with the attempt of each candidate that was asked.

    That is ``attempt``, ``state`` and ``closed_at``, and the symbol of its ``holder``: who has the request
    now.
    """
    statement = (
        select(
            CANDIDATE,
            TRANSACTION.c.attempt,
            TRANSACTION.c.state,
            TRANSACTION.c.closed_at,
            TRANSACTION.c.symbol.label("holder"),
            TRANSACTION.c.options["flaw"].as_string().label("flaw"),
        )
        .select_from(CANDIDATE.outerjoin(TRANSACTION, CANDIDATE.c.transaction_id == TRANSACTION.c.id))
        .where(CANDIDATE.c.request_id == request_id)
        .order_by(CANDIDATE.c.position)
    )
    return made(RotaEntry, connection.execute(statement))


def told(connection: Connection, transaction_id: int) -> list[AttemptStep]:
    """Return the history of an attempt without what was taken back, each line with ``cause`` and ``heard_by``
    of its event."""
    statement = (
        select(HISTORY.c.at, HISTORY.c.event, HISTORY.c.note, EVENT.c.cause, EVENT.c.apdu, EVENT.c.heard_by)
        .join(EVENT, EVENT.c.id == HISTORY.c.event_id)
        .where(HISTORY.c.transaction_id == bindparam("transaction_id"), taken_back.stands())
        .order_by(HISTORY.c.id)
    )
    return made(AttemptStep, connection.execute(statement, {"transaction_id": transaction_id}))


def count_unanswered(connection: Connection, partner: str) -> int:
    """Return how many requests of ours wait for an answer of the partner."""
    return int(_UNANSWERED.scalar(connection, {"partner": partner}))


def drop(connection: Connection, request_id: int, position: int) -> None:
    """Remove a position that was not asked from the rota."""
    connection.execute(
        CANDIDATE.delete().where(*_at(request_id, position), CANDIDATE.c.transaction_id.is_(None))
    )


def put_next(connection: Connection, request_id: int, partner: str) -> None:
    """Put ``partner`` before all that wait; they move up by one position."""
    waiting = [row.position for row in places(connection, request_id) if _waits(row)]
    if not waiting:
        add_candidates(connection, request_id, [partner])
        return
    everyone = [row.position for row in places(connection, request_id) if row.position >= waiting[0]]
    for position in reversed(everyone):  # from the end: two must never have the same position
        up = CANDIDATE.update().where(*_at(request_id, position)).values(position=position + 1)
        connection.execute(up)
    new = {"request_id": request_id, "position": waiting[0], "partner": partner, "why_not": ""}
    connection.execute(CANDIDATE.insert().values(new))


def swap(connection: Connection, request_id: int, first: int, second: int) -> None:
    """Let two candidates that were not asked change places."""
    rows = {row.position: row for row in places(connection, request_id) if row.transaction_id is None}
    for position, other in ((first, rows[second]), (second, rows[first])):
        this = CANDIDATE.update().where(*_at(request_id, position))
        connection.execute(this.values(partner=other.partner, why_not=other.why_not))


def correct(connection: Connection, request_id: int, values: dict[str, Any]) -> None:
    """Write corrected columns of a request; title and author are kept on one line, as lists show them.

    What catalogues have said of another item no longer counts.
    """
    kept = dict(values)
    for name in ("title", "author"):
        if name in kept:
            kept[name] = " ".join(storable(kept[name]).split())
    if "note" in kept:
        kept["note"] = storable(kept["note"])
    if "item" in kept:
        kept |= keys(kept["item"])
        look_ups.forget(connection, request_id)
    connection.execute(REQUEST.update().where(REQUEST.c.id == request_id).values(kept))
    find.keep(connection, request_id)


def _waits(row: RotaEntry) -> bool:
    return row.transaction_id is None and not row.why_not


def _at(request_id: int, position: int) -> tuple[Any, Any]:
    return CANDIDATE.c.request_id == request_id, CANDIDATE.c.position == position
