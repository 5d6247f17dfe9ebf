"""The state is the fold of its events: recomputes every transaction and compares."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from mailproc.flow.advance import event_name, standing_of
from mailproc.ill import apdu_json, standing
from mailproc.ill.standing import Occurrence, Standing
from mailproc.ill.terms import Role, Service
from mailproc.store import events
from mailproc.store.transactions import TRANSACTION


@dataclass(frozen=True)
class Difference:
    """A transaction whose row is not what its events say. ``kept`` and ``computed`` name the fields."""

    transaction_id: int
    request_id: int
    attempt: int
    kept: dict[str, Any]
    computed: dict[str, Any]


@dataclass(frozen=True)
class Verified:
    checked: int
    differences: tuple[Difference, ...]


def verify(connection: Connection) -> Verified:
    """Check every transaction."""
    checked = 0
    differences = []
    for row in _all(connection):
        checked += 1
        difference = _check(connection, row)
        if difference is not None:
            differences.append(difference)
    return Verified(checked, tuple(differences))


def _all(connection: Connection) -> Iterator[RowMapping]:
    """Page by page, so that a large store is not held in memory."""
    last = 0
    while True:
        page = select(TRANSACTION).where(TRANSACTION.c.id > last).order_by(TRANSACTION.c.id).limit(500)
        rows = connection.execute(page).mappings().all()
        if not rows:
            return
        yield from rows
        last = rows[-1]["id"]


def _check(connection: Connection, row: RowMapping) -> Difference | None:
    kept = _compared(standing_of(row))
    computed = _compared(_fold(connection, row))
    if kept == computed:
        return None
    different = {name for name in kept | computed if kept.get(name) != computed.get(name)}
    return Difference(
        row["id"],
        row["request_id"],
        row["attempt"],
        {name: kept.get(name) for name in different},
        {name: computed.get(name) for name in different},
    )


def _fold(connection: Connection, row: RowMapping) -> Standing:
    found = Standing(Role[row["role"]], _asked_service(connection, row))
    for event in events.of_transaction(connection, row["id"]):
        apdu = apdu_json.from_json(event["apdu"]) if event["apdu"] else None
        occurrence = Occurrence(event_name(event, apdu), apdu, event["facts"] or {})
        found = standing.step(found, occurrence).after
    return found


def _asked_service(connection: Connection, row: RowMapping) -> Service:
    """What the first event asked for."""
    for event in events.of_transaction(connection, row["id"]):
        if event["type"] in ("request", "ILL_REQUEST"):
            return standing.service_of([Service[name] for name in (event["apdu"] or {}).get("services", ())])
    return Service[row["service"]]


def _compared(found: Standing) -> dict[str, Any]:
    return standing.to_json(found)
