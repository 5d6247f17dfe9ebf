"""Figures of attempts that are over: written by steps, read by statistics and by ``verify``."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, text

from mailproc.ill.attempt_figures import Leg, Outcome, Passage
from mailproc.ill.charges import ChargeStatus
from mailproc.ill.terms import Role, Service
from mailproc.store.charges import CHARGE
from mailproc.store.current_patrons import IS_CURRENT, PATRON
from mailproc.store.events import EVENT, HISTORY
from mailproc.store.figures_tables import LEGS, FinishedAttemptRow
from mailproc.store.prepared_statements import Constant, made, table_of
from mailproc.store.requests import REQUEST
from mailproc.store.transactions import TRANSACTION

FINISHED = table_of(FinishedAttemptRow)


@dataclass(frozen=True)
class FinishedAttempt:
    """A row (``figures_tables.FinishedAttemptRow``), its legs in one mapping."""

    transaction_id: int
    role: Role
    partner: str
    service: Service
    category: str
    outcome: Outcome
    reason: str
    attempt: int
    place: int
    cost: str
    asked_on: date
    ended_on: date
    legs: Mapping[Leg, int]


@dataclass(frozen=True)
class Surroundings:
    """What is around an attempt: when its request was entered, the category of its reader, and the place of
    its partner among those that were asked."""

    wished_at: datetime
    category: str
    place: int


_COLUMNS = tuple(column.name for column in FINISHED.c)
_OWN = tuple(name for name in _COLUMNS if name not in (*LEGS, "month"))
_KEPT = ("transaction_id", "category")
"""Columns of a row that a later step leaves as they are: a reader may be forgotten meanwhile."""
_VALUES = ", ".join(f":{name}" for name in _COLUMNS)
_SET = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT)
_PUT = Constant(
    text(
        f"INSERT INTO finished_attempt ({', '.join(_COLUMNS)}) VALUES ({_VALUES})"  # noqa: S608  # ours
        f" ON CONFLICT (transaction_id) DO UPDATE SET {_SET}"
    ).bindparams(
        bindparam("asked_on", type_=FINISHED.c.asked_on.type),
        bindparam("ended_on", type_=FINISHED.c.ended_on.type),
    )
)
_REMOVE = Constant(FINISHED.delete().where(FINISHED.c.transaction_id == bindparam("row_id")))
_REFUSED = text("history.to_state = 'NOT_SUPPLIED'")
_PASSAGES = (
    select(
        HISTORY.c.at,
        HISTORY.c.event,
        HISTORY.c.from_state.label("before"),
        HISTORY.c.to_state.label("after"),
        HISTORY.c.event_id,
        EVENT.c.facts,
        case((_REFUSED, EVENT.c.apdu)).label("apdu"),
    )
    .join_from(HISTORY, EVENT, EVENT.c.id == HISTORY.c.event_id)
    .where(HISTORY.c.transaction_id == bindparam("transaction_id"))
    .order_by(HISTORY.c.id)
)
_PASSED = Constant(_PASSAGES, Passage)
_SOONER = TRANSACTION.alias()
_AROUND = Constant(
    select(
        REQUEST.c.created_at.label("wished_at"),
        func.coalesce(
            select(PATRON.c.status).where(PATRON.c.id == REQUEST.c.patron_id, IS_CURRENT).scalar_subquery(),
            text("''"),
        ).label("category"),
        select(func.count(_SOONER.c.partner.distinct()))
        .where(_SOONER.c.request_id == REQUEST.c.id, _SOONER.c.attempt <= bindparam("attempt"))
        .scalar_subquery()
        .label("place"),
    ).where(REQUEST.c.id == bindparam("request_id")),
    Surroundings,
)
_CHARGED = Constant(
    select(CHARGE.c.amount, CHARGE.c.currency).where(
        CHARGE.c.request_id == bindparam("request_id"),
        CHARGE.c.transaction_id == bindparam("transaction_id"),
        CHARGE.c.status == text(f"'{ChargeStatus.CHARGED}'"),
    )
)


def put(connection: Connection, attempt: FinishedAttempt) -> None:
    """Write the row, or write it again: then the reader's category stays as it was."""
    legs = {leg.value: attempt.legs.get(leg) for leg in Leg}
    month = f"{attempt.asked_on:%Y-%m}"
    _PUT.run(connection, {name: getattr(attempt, name) for name in _OWN} | legs | {"month": month})


def remove(connection: Connection, transaction_id: int) -> None:
    """Delete the row, if there is one, of an attempt that was opened again."""
    _REMOVE.run(connection, {"row_id": transaction_id})


def passages(connection: Connection, transaction_id: int) -> Sequence[Passage]:
    """Return the history of an attempt, in the order in which it took effect."""
    return _PASSED.rows(connection, {"transaction_id": transaction_id})


def surroundings(connection: Connection, request_id: int, attempt: int) -> Surroundings:
    return _AROUND.one(connection, {"request_id": request_id, "attempt": attempt})


def charged(connection: Connection, request_id: int, transaction_id: int) -> str:
    """Return what was charged for the attempt, as its row has it."""
    rows = _CHARGED.rows(connection, {"request_id": request_id, "transaction_id": transaction_id})
    return cost((row["currency"], row["amount"]) for row in rows)


def cost(charges: Iterable[tuple[str, str]]) -> str:
    """Return charges (currency and amount) as a row has them: a sum for each currency."""
    sums: dict[str, Decimal] = {}
    for currency, amount in charges:
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(amount)
    return json.dumps({name: f"{sums[name]:f}" for name in sorted(sums)}) if sums else ""


@dataclass(frozen=True)
class KeptAttempt:
    """A row as it was read."""

    transaction_id: int
    role: str
    partner: str
    service: str
    category: str
    outcome: str
    reason: str
    attempt: int
    place: int
    cost: str
    month: str
    asked_on: date
    ended_on: date
    asked_to_answered: int | None
    asked_to_shipped: int | None
    shipped_to_received: int | None
    received_to_returned: int | None
    returned_to_checked_in: int | None
    wish_to_item: int | None


_THESE: Any = bindparam("ids", expanding=True)
_OF_TRANSACTIONS = select(FINISHED).where(FINISHED.c.transaction_id.in_(_THESE))
_CHARGED_TO = (
    select(CHARGE.c.transaction_id, CHARGE.c.currency, CHARGE.c.amount)
    .where(CHARGE.c.request_id.in_(_THESE), CHARGE.c.status == text(f"'{ChargeStatus.CHARGED}'"))
    .order_by(CHARGE.c.id)
)
_ENTERED = select(REQUEST.c.id, REQUEST.c.created_at).where(REQUEST.c.id.in_(_THESE))


def of_transactions(connection: Connection, ids: Sequence[int]) -> dict[int, KeptAttempt]:
    """Return the rows of these transactions, by transaction."""
    rows = made(KeptAttempt, connection.execute(_OF_TRANSACTIONS, {"ids": list(ids)}))
    return {row.transaction_id: row for row in rows}


def charged_to(connection: Connection, request_ids: Sequence[int]) -> dict[int, str]:
    """Return what was charged for attempts of these requests, by transaction, as rows have it."""
    charges: dict[int, list[tuple[str, str]]] = {}
    for transaction_id, currency, amount in connection.execute(_CHARGED_TO, {"ids": list(request_ids)}):
        charges.setdefault(transaction_id, []).append((currency, amount))
    return {transaction_id: cost(each) for transaction_id, each in charges.items()}


def entered(connection: Connection, request_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when these requests were entered, by request."""
    rows = connection.execute(_ENTERED, {"ids": list(request_ids)})
    return {row.id: row.created_at for row in rows}
