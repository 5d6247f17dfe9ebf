"""Follow a letter or a request through the store: what came, what it moved, what left. Reads only."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.event_names import event_heard, of_timer, spoken
from mailproc.office.queries import find, letters
from mailproc.sentence import Note, note, sentence
from mailproc.store import events, transactions
from mailproc.store.events import EVENT, FROM_LETTER, HISTORY
from mailproc.store.letters import INBOX
from mailproc.store.outgoing import INTENT, OUTGOING, UNWORDED
from mailproc.store.requests import REQUEST
from mailproc.store.rows import Transaction
from mailproc.store.transactions import TRANSACTION

MOST = 1_000
"""Events that are followed, the first ones: an order file may hold thousands of orders."""


@dataclass(frozen=True)
class Station:
    """One place on the way. ``id``: I4 came in, E3 is an event, O11 is ours, '' is in no letter yet.

    ``what``: the subject of a letter; an event by its row in the state tables (``spoken``: an answer by its
    content). ``who``: sender, recipient, or who acted. ``by``: what caused it, as I4, a name, "timer".
    ``before``, ``after``: the states of the request's attempt. ``ended``: when a letter of ours left.
    """

    id: str
    at: datetime
    what: str
    state: str
    who: str = ""
    spoken: str = ""
    by: str = ""
    request: str = ""
    before: str = ""
    after: str = ""
    message_id: str = ""
    ended: datetime | None = None
    note: Note = field(default_factory=Note)


@dataclass(frozen=True)
class Trace:
    """The stations in the order of time; ``left_out``: so many events are not shown."""

    stations: list[Station]
    left_out: int = 0


def way(connection: Connection, name: str) -> Trace:
    """Follow I4, E3, O11, or a request (B1, B1-2, a partner's number). Raise LocalFault."""
    begun = _begun(connection, name.strip())
    found = sorted({one for which in begun.events for one in connection.execute(which).scalars()})
    shown = found[:MOST]
    came = {*begun.came, *_others(connection, EVENT.c.inbox_id, EVENT.c.id, shown)}
    went = {*begun.went, *_others(connection, INTENT.c.outgoing_id, INTENT.c.event_id, shown)}
    stations = [
        *_events(connection, shown),
        *_unworded(connection, shown),
        *_came(connection, came),
        *_went(connection, went),
    ]
    order = {"I": 0, "E": 1, "O": 3}
    stations.sort(key=lambda one: (one.at, order.get(one.id[:1], 2), int(one.id[1:] or 0)))
    return Trace(stations, len(found) - len(shown))


@dataclass(frozen=True)
class Begun:
    """``events``: select the ids of those on the way; ``came``, ``went``: letters that are in any case."""

    events: tuple[Select[Any], ...]
    came: tuple[int, ...] = ()
    went: tuple[int, ...] = ()


def _begun(connection: Connection, name: str) -> Begun:
    try:
        kind, number = letters.parsed(name)
    except LocalFault:
        return Begun(tuple(_of_attempt(one.id) for one in _attempts(connection, name)))
    if kind == "E" and events.load(connection, number) is None:
        raise LocalFault(sentence("no-letter", name=f"E{number}"), ("mailproc shelved",))
    if kind == "E":
        return Begun((select(EVENT.c.id).where(EVENT.c.id == number),))
    letters.row_of(connection, name)  # says that there is none
    if kind == "O":
        return Begun((select(INTENT.c.event_id).where(INTENT.c.outgoing_id == number),), went=(number,))
    said = select(EVENT.c.id, EVENT.c.transaction_id).where(EVENT.c.inbox_id == number)
    moved = {row.transaction_id for row in connection.execute(said)} - {None}
    from_it = EVENT.c.facts[FROM_LETTER].as_integer() == number
    followed = (_of_attempt(one).where(from_it) for one in sorted(moved)[:MOST])
    return Begun((select(EVENT.c.id).where(EVENT.c.inbox_id == number), *followed), came=(number,))


def _attempts(connection: Connection, name: str) -> Sequence[Transaction]:
    """The attempts of a request, or the one that is named."""
    request = find.request_of(connection, name)
    if name.upper() == request.number:
        return transactions.of_request(connection, request.id)
    return [find.transaction_of(connection, name)]


def _of_attempt(transaction_id: int) -> Select[Any]:
    return select(EVENT.c.id).where(EVENT.c.transaction_id == transaction_id)


def _others(
    connection: Connection, column: ColumnElement[Any], key: ColumnElement[int], ids: Collection[int]
) -> set[int]:
    """The ids in that column of the rows of ``ids``."""
    return set(connection.execute(select(column).where(key.in_(ids))).scalars()) - {None}


def _events(connection: Connection, ids: Collection[int]) -> Iterator[Station]:
    moved = EVENT.outerjoin(HISTORY, HISTORY.c.event_id == EVENT.c.id)
    joined = moved.outerjoin(TRANSACTION, TRANSACTION.c.id == EVENT.c.transaction_id)
    joined = joined.outerjoin(
        REQUEST, REQUEST.c.id == func.coalesce(TRANSACTION.c.request_id, EVENT.c.request_id)
    )
    columns = (HISTORY.c.from_state, HISTORY.c.to_state, TRANSACTION.c.attempt, REQUEST.c.number)
    statement = select(EVENT, *columns).select_from(joined).where(EVENT.c.id.in_(ids))
    for row in connection.execute(statement).mappings():
        event = _happened(row)
        with_us = bool((row["facts"] or {}).get("with_us"))
        yield Station(
            f"E{row['id']}",
            row["at"],
            event,
            row["state"],
            spoken=of_timer(spoken(event, row["apdu"]), with_us=with_us),
            who=row["partner"],
            by=_by(row),
            request=_number(row["number"], row["attempt"]),
            before=row["from_state"] or "",
            after=row["to_state"] or "",
            note=note(row["last_error"]),
        )


def _happened(row: Any) -> str:
    """The row of what a letter says; of an act of ours its name, as the message in it is ours."""
    if row["apdu"] and row["inbox_id"] is not None:
        return event_heard(apdu_json.from_json(row["apdu"]))
    return str(row["type"])


def _by(row: Any) -> str:
    if row["inbox_id"] is not None:
        return f"I{row['inbox_id']}"
    return str(row["actor"] or row["cause"])


def _number(number: str | None, attempt: int | None) -> str:
    if number is None:
        return ""
    return number if attempt is None else f"{number}-{attempt}"


def _came(connection: Connection, ids: Collection[int]) -> Iterator[Station]:
    for row in connection.execute(select(INBOX).where(INBOX.c.id.in_(ids))).mappings():
        yield Station(
            f"I{row['id']}",
            row["received_at"],
            row["subject"],
            row["state"],
            who=row["partner"] or row["mail_from"],
            by=row["door"],
            message_id=row["message_id"],
            note=note(row["last_error"] or row["note"]),
        )


def _went(connection: Connection, ids: Collection[int]) -> Iterator[Station]:
    for row in connection.execute(select(OUTGOING).where(OUTGOING.c.id.in_(ids))).mappings():
        yield Station(
            f"O{row['id']}",
            row["prepared_at"],
            row["subject"],
            row["state"],
            who=row["rcpt_to"],
            by=row["trace"],
            message_id=row["message_id"],
            ended=row["handed_over_at"],
            note=note(row["last_error"]) or Note(row["reply"] or row["file"]),
        )


def _unworded(connection: Connection, ids: Collection[int]) -> Iterator[Station]:
    """What is to be said and is in no letter yet."""
    waits = (INTENT.c.event_id.in_(ids), INTENT.c.state.in_(UNWORDED))
    statement = (
        select(INTENT.c.event_id, INTENT.c.partner, INTENT.c.state, INTENT.c.last_error, EVENT.c.at)
        .join(EVENT, EVENT.c.id == INTENT.c.event_id)
        .where(*waits)
        .order_by(INTENT.c.id)
    )
    for row in connection.execute(statement).mappings():
        why = note(row["last_error"])
        yield Station("", row["at"], "", row["state"], who=row["partner"], by=f"E{row['event_id']}", note=why)
