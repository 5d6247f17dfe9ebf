"""What a row of a table is above the store: frozen, typed, its enums converted.

Fields are the table's columns in the table's order, so a row is made by position
(``statements.Constant(…, into=Transaction)``).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mailproc.ill.terms import Role, Service, State


@dataclass(frozen=True, slots=True)
class Transaction:
    """One attempt at one library (``tables.TransactionRow``). It stays as it was read: ``transactions.save``
    changes the table, not this."""

    id: int
    request_id: int
    attempt: int
    role: Role
    opened_by: str
    initial_requester: str
    tgq: str
    tq: str
    stq: str
    partner: str
    symbol: str
    address: str
    codec: str
    dialect: str
    service: Service
    state: State
    state_before: State | None
    promise: dict[str, Any] | None
    due_on: date | None
    renewable: bool | None
    options: dict[str, Any] | None
    last_service_at: str
    attention: list[str] | None
    moved_event_id: int
    closed_at: datetime | None
    updated_at: datetime
    version: int
