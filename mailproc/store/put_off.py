"""Requests that staff have put off until a day: any news shows them again at once, the day by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, select, text

from mailproc.store.events import EVENT, HISTORY
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.requests import REQUEST
from mailproc.store.tables import PutOffRow
from mailproc.store.transactions import TRANSACTION

PUT_OFF = table_of(PutOffRow)
_KEEP = Constant(
    text(
        "INSERT INTO put_off (request_id, until_on, event_id, history_id)"
        " VALUES (:request_id, :until_on, :event_id, :history_id)"
        " ON CONFLICT (request_id) DO UPDATE SET until_on = excluded.until_on,"
        " event_id = excluded.event_id, history_id = excluded.history_id"
    )
)
_DROP = Constant(PUT_OFF.delete().where(PUT_OFF.c.request_id == bindparam("request_id")))
_LINE = Constant(select(func.max(HISTORY.c.id)).where(HISTORY.c.event_id == bindparam("event_id")))


@dataclass(frozen=True)
class LatelyPutOff:
    """What was put off a moment ago: by whom, with which event, and until when it is hidden."""

    number: str
    event_id: int
    at: datetime
    actor: str
    until_on: date


def standing(day: date) -> ColumnElement[date | None]:
    """Until when a request is put off as of ``day``; NULL for one that is to be shown.

    A part of a statement that joins ``PUT_OFF`` to ``REQUEST``. What has happened since is looked for where
    somebody has put it off, and nowhere else.
    """
    attempt = TRANSACTION.alias()
    news = (
        select(HISTORY.c.id)
        .join_from(attempt, HISTORY, HISTORY.c.transaction_id == attempt.c.id)
        .where(attempt.c.request_id == REQUEST.c.id, HISTORY.c.id > PUT_OFF.c.history_id)
        .correlate(REQUEST, PUT_OFF)
    )
    return case((and_(PUT_OFF.c.until_on > day, ~news.exists()), PUT_OFF.c.until_on))


def hidden(day: date) -> ColumnElement[bool]:
    """Whether a request is put off as of ``day``. A condition on ``REQUEST``."""
    this = PUT_OFF.c.request_id == REQUEST.c.id
    return select(PUT_OFF.c.request_id).where(this, standing(day).is_not(None)).exists()


def until(connection: Connection, request_id: int, day: date) -> date | None:
    """Return until when the request is put off; None for one that is to be shown."""
    found: date | None = connection.execute(_until(day), {"request_id": request_id}).scalar()
    return found


@lru_cache(maxsize=2)
def _until(day: date) -> Select[Any]:
    """Return the statement: to make it takes longer than to execute it."""
    statement = select(standing(day)).join_from(PUT_OFF, REQUEST, REQUEST.c.id == PUT_OFF.c.request_id)
    return statement.where(PUT_OFF.c.request_id == bindparam("request_id"))


def lately(connection: Connection, day: date, since: datetime) -> Sequence[LatelyPutOff]:
    """Return what was put off after ``since``, and still is, the first one first."""
    statement = (
        select(
            REQUEST.c.number, PUT_OFF.c.event_id, EVENT.c.at, EVENT.c.actor, PUT_OFF.c.until_on,
            standing(day).label("stands"),
        )
        .join_from(PUT_OFF, REQUEST, REQUEST.c.id == PUT_OFF.c.request_id)
        .join(EVENT, EVENT.c.id == PUT_OFF.c.event_id)
        .where(PUT_OFF.c.until_on > day, EVENT.c.at > since)
    )  # fmt: skip
    rows = connection.execute(statement)
    found = (LatelyPutOff(*row[:-1]) for row in rows if row.stands is not None)
    return sorted(found, key=lambda one: one.event_id)


def keep(connection: Connection, request_id: int, until_on: date, event_id: int, today: date) -> None:
    """Put the request off until that day, with the event that did it, whose step is taken.

    Whatever has come back by itself is forgotten.
    """
    connection.execute(PUT_OFF.delete().where(PUT_OFF.c.until_on <= today))
    line = _LINE.scalar(connection, {"event_id": event_id}) or 0
    values = {"request_id": request_id, "until_on": until_on, "event_id": event_id, "history_id": line}
    _KEEP.run(connection, values)


def drop(connection: Connection, request_id: int) -> None:
    """Show the request again."""
    _DROP.run(connection, {"request_id": request_id})
