"""The tables of statistics: a row for each attempt that is over, and how far older ones have theirs."""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

LEGS = (
    "asked_to_answered", "asked_to_shipped", "shipped_to_received", "received_to_returned",
    "returned_to_checked_in", "wish_to_item",
)  # fmt: skip
"""The columns of ``ill.attempt_figures.Leg``: seconds, NULL where an end is unknown."""
BY_MONTH = ("role", "month", "outcome", "reason", "attempt", "place", "cost")
GROUPED = ("role", "partner", "service", "category", "outcome", "reason", "attempt", "place")


class FinishedAttemptRow(SQLModel, table=True):
    """An attempt that is over (``ill/attempt_figures.py``). Nothing in it leads to a reader or a title once
    its request is anonymised.

    ``category``: of the reader, as it was when the row was written first; '' where we lend. ``attempt``: its
    number in its request; ``place``: of its partner among those that were asked, from 1. ``cost``: what was
    charged, by currency, '' for nothing: {"EUR": "12.50"}. Days are
    those of the library's time zone when the row was written; ``month`` is that of ``asked_on`` ("2026-03").
    Statistics are read from an index alone, in its order.
    """

    __tablename__ = "finished_attempt"
    __table_args__ = (
        Index("ix_finished_attempt_figures", *GROUPED, "cost", "asked_on", *LEGS),
        Index("ix_finished_attempt_months", *BY_MONTH, "asked_on", *LEGS),
    )
    transaction_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
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
    asked_to_answered: int | None = None
    asked_to_shipped: int | None = None
    shipped_to_received: int | None = None
    received_to_returned: int | None = None
    returned_to_checked_in: int | None = None
    wish_to_item: int | None = None


class OlderAttemptsRow(SQLModel, table=True):
    """One row, none in a store that this release made: transactions up to ``until`` are of an earlier
    release, which wrote no figures; those up to ``done`` have theirs since (``flow/older_attempts.py``)."""

    __tablename__ = "older_attempts"
    id: int = Field(default=1, primary_key=True)
    until: int
    done: int
