"""The figures of attempts that are over, as the store has them and as their history says: for ``verify``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from mailproc.ill.attempt_figures import Leg, Passage, figures_of
from mailproc.ill.transaction_state import TransactionState
from mailproc.store import finished_attempts, older_attempts
from mailproc.store.finished_attempts import KeptAttempt
from mailproc.store.older_attempts import OlderAttempts
from mailproc.store.rows import Transaction
from mailproc.store.text import storable

DAY = timedelta(days=1)
"""A day of the library's time zone, whichever that was, is at most so far from the one of UTC."""


@dataclass(frozen=True)
class KeptFigures:
    """What the store has of a page of transactions, by transaction. ``wished_at``: by request."""

    rows: Mapping[int, KeptAttempt]
    costs: Mapping[int, str]
    wished_at: Mapping[int, datetime]
    older: OlderAttempts

    def kept(self, row: Transaction) -> dict[str, Any]:
        """Return the figures of the store, by name; nothing where there are none."""
        found = self.rows.get(row.id)
        if found is None:
            return {}
        legs = {leg: getattr(found, leg) for leg in Leg}
        told = (found.role, found.partner, found.service, found.outcome, found.reason, found.attempt)
        return _named(*told, found.cost, found.asked_on, found.ended_on, legs)

    def computed(
        self, row: Transaction, found: TransactionState, passages: Sequence[Passage]
    ) -> dict[str, Any]:
        """Return them as the history says; nothing of an older attempt that has none yet."""
        stored, wished_at = self.rows.get(row.id), self.wished_at.get(row.request_id)
        figures = figures_of(passages, found, wished_at) if wished_at is not None else None
        if figures is None or (stored is None and self.older.done < row.id <= self.older.until):
            return {}
        asked, ended = _utc_day(figures.asked_at), _utc_day(figures.ended_at)
        if stored is not None:
            asked, ended = _near(stored.asked_on, asked), _near(stored.ended_on, ended)
        legs = {leg: figures.legs.get(leg) for leg in Leg}
        told = (found.role.name, row.partner, found.service.name, figures.outcome, storable(figures.reason))
        return _named(*told, row.attempt, self.costs.get(row.id, ""), asked, ended, legs)


def of_page(connection: Connection, rows: Sequence[Transaction]) -> KeptFigures:
    """Read what the store has of these transactions."""
    return KeptFigures(
        finished_attempts.of_transactions(connection, [row.id for row in rows]),
        finished_attempts.charged_to(connection, [row.request_id for row in rows]),
        finished_attempts.entered(connection, [row.request_id for row in rows]),
        older_attempts.progress(connection),
    )


def _utc_day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _near(stored: date, computed: date) -> date:
    return stored if abs(stored - computed) <= DAY else computed


def _named(
    role: str, partner: str, service: str, outcome: str, reason: str, attempt: int, cost: str,
    asked_on: date, ended_on: date, legs: Mapping[Leg, int | None],
) -> dict[str, Any]:  # fmt: skip
    values = {
        "role": role, "partner": partner, "service": service, "outcome": str(outcome), "reason": reason,
        "attempt": attempt, "cost": cost, "asked_on": asked_on.isoformat(), "ended_on": ended_on.isoformat(),
        **{str(leg): span for leg, span in legs.items()},
    }  # fmt: skip
    return {f"figures.{name}": value for name, value in values.items()}
