"""The table of calls of hooks: what the library system is told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field

from mailproc.store.tables import Instant, QueueRow

UNFINISHED = "state IN ('prepared', 'sending', 'in_doubt', 'held', 'shelved')"
"""Condition on a call that keeps later ones of its request and hook waiting."""


class HookCallRow(QueueRow, table=True):
    """A call of the hook ``hook``, written in the step that causes it (``hook_calls.py``).

    States as of letters: prepared → sending → handed_over | filed; also in_doubt, held, shelved
    (given up or refused), dismissed. ``kind``: how it is made (http | command | ncip). ``event``:
    "REQUESTER.receive". ``key``: by which a receiver knows a repeat; the same at each try, and of no other
    call. ``payload``: what is told (``ill.hook_payload``). ``reply``: what was answered.
    """

    __tablename__ = "hook_call"
    __table_args__ = (
        Index("ix_hook_call_queue", "state", "hook", "not_before", "id"),
        Index("ix_hook_call_order", "request_id", "hook", "id", sqlite_where=text(UNFINISHED)),
        Index("ix_hook_call_last", "hook", "ended_at"),
        Index("ix_hook_call_request", "request_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    hook: str
    kind: str
    request_id: int
    transaction_id: int
    event_id: int
    event: str
    key: str = Field(unique=True)
    payload: dict[str, Any] = Field(sa_type=JSON(none_as_null=True), nullable=False)
    written_at: datetime = Field(sa_type=Instant, nullable=False)
    begun_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    ended_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    reply: str = ""
    trace: str = ""
