"""An independent count of what statistics say: from the transactions and their history, plainly."""

import json
from collections import Counter
from decimal import Decimal
from math import ceil
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.office.queries import statistics
from mailproc.office.queries.statistics import GroupFigures, Grouping, StatisticsFilter
from mailproc.store.engine import Store

Row = RowMapping

BORROWED = {
    "NOT_SUPPLIED": "unfilled", "CANCELLED": "cancelled", "LOST": "lost", "RETURNED": "filled",
    "COPY RECEIVED": "filled",
}  # fmt: skip
LENT = {
    "NOT_SUPPLIED": "unfilled", "CANCELLED": "cancelled", "LOST": "lost", "FORWARD": "forwarded",
    "CHECKED_IN": "filled", "COPY SHIPPED": "filled",
}  # fmt: skip


def check(store: Store, context: Context) -> None:
    """Compare every row, and the sums, with what the tables of the exchange say."""
    with store.read() as connection:
        attempts = _rows(connection, "SELECT * FROM transactions ORDER BY id")
        expected = {row["id"]: _outcome(connection, row) for row in attempts}
        kept = {row["transaction_id"]: row for row in _rows(connection, "SELECT * FROM finished_attempt")}
        assert {number: row["outcome"] for number, row in kept.items()} == {
            number: outcome for number, outcome in expected.items() if outcome
        }
        found = statistics.statistics(connection, context, StatisticsFilter())
        months = statistics.statistics(connection, context, StatisticsFilter(by=Grouping.MONTH))
        charged = _rows(
            connection,
            "SELECT c.role, c.currency, c.amount FROM charge c JOIN finished_attempt f"
            " ON f.transaction_id = c.transaction_id WHERE c.status = 'charged'",
        )
    for role in Role:
        ours = [row for row in attempts if row["role"] == role.name]
        whole = [one for one in found.groups if one.role is role]
        assert sum(one.asked for one in months.groups if one.role is role) == len(ours)
        if ours:
            (group,) = whole
            _compare(group, ours, [kept[row["id"]] for row in ours if row["id"] in kept])
            _compare_costs(group, [row for row in charged if row["role"] == role.name])


def _rows(connection: Connection, statement: str) -> list[Row]:
    return list(connection.execute(text(statement)).mappings())


def _outcome(connection: Connection, row: Row) -> str:
    """'' while it is open."""
    ends = BORROWED if row["role"] == "REQUESTER" else LENT
    kind = "" if row["service"] == "LOAN" else f"COPY {row['state']}"
    outcome = ends.get(kind) or ends.get(row["state"], "")
    if outcome == "filled" and '"flaw"' in _text(row["options"]):
        return "wrong"
    if outcome == "unfilled":
        return _of_refusal(connection, row["id"])
    if not outcome and row["closed_at"] is not None:
        return "wrong" if '"flaw"' in _text(row["options"]) else "closed"
    return outcome


def _of_refusal(connection: Connection, transaction_id: int) -> str:
    last = connection.execute(
        text(
            "SELECT h.event, e.facts FROM history h JOIN event e ON e.id = h.event_id WHERE h.id = (SELECT"
            " max(id) FROM history WHERE transaction_id = :id AND to_state = 'NOT_SUPPLIED'"
            " AND from_state <> to_state AND event <> 'UNDONE')"
        ),
        {"id": transaction_id},
    ).one()
    if '"we_cancelled"' in _text(last.facts):
        return "cancelled"
    return "expired" if last.event in ("EXPIRED", "expire") else "unfilled"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _compare(group: GroupFigures, attempts: list[Row], kept: list[Row]) -> None:
    assert (group.asked, group.open) == (len(attempts), len(attempts) - len(kept))
    assert group.requests == sum(row["attempt"] == 1 for row in attempts)
    assert {str(name): count for name, count in group.outcomes.items()} == Counter(
        row["outcome"] for row in kept
    )
    for leg in ("asked_to_answered", "asked_to_shipped", "shipped_to_received", "wish_to_item"):
        hours = sorted(row[leg] // 3600 for row in kept if row[leg] is not None)
        said = {str(name): figures for name, figures in group.legs().items()}.get(leg)
        assert (said is None) == (not hours)
        if said is not None:
            ranks = (hours[ceil(len(hours) * part / 10) - 1] for part in (5, 9))
            assert (said.count, said.median, said.ninety) == (len(hours), *ranks)


def _compare_costs(group: GroupFigures, charged: list[Row]) -> None:
    sums: dict[str, Decimal] = {}
    for row in charged:
        sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + Decimal(row["amount"])
    assert group.costs == sums
