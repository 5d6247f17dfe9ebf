"""Which letters a list shows: the conditions of its filters. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, and_, exists

from mailproc.store.events import EVENT
from mailproc.store.hook_calls import CALL
from mailproc.store.letters import INBOX
from mailproc.store.outgoing import INTENT, OUTGOING
from mailproc.store.transactions import TRANSACTION


class _Source(NamedTuple):
    """Of a table of letters: when each came or was made, and what joins it to its transactions."""

    at: ColumnElement[datetime]
    about: ColumnElement[bool]


_SOURCES = {
    INBOX: _Source(
        INBOX.c.received_at,
        and_(EVENT.c.inbox_id == INBOX.c.id, TRANSACTION.c.id == EVENT.c.transaction_id),
    ),
    OUTGOING: _Source(
        OUTGOING.c.prepared_at,
        and_(INTENT.c.outgoing_id == OUTGOING.c.id, TRANSACTION.c.id == INTENT.c.transaction_id),
    ),
    CALL: _Source(CALL.c.written_at, TRANSACTION.c.id == CALL.c.transaction_id),
    EVENT: _Source(EVENT.c.at, TRANSACTION.c.id == EVENT.c.transaction_id),
    INTENT: _Source(EVENT.c.at, TRANSACTION.c.id == INTENT.c.transaction_id),
}
"""An intent is read with the event that it follows from."""


@dataclass(frozen=True)
class LetterFilter:
    """``partner`` is a symbol as configured; ``service``: about a request of it (LOAN, COPY); ``since``:
    letters of this time or later; ``until``: before this time."""

    partner: str = ""
    state: str = ""
    service: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def of(self, statement: Select[Any], table: Table) -> Select[Any]:
        """Restrict a statement on letters that came, their messages, ours, what is in none yet, or calls."""
        source = _SOURCES[table]
        if self.partner:
            statement = statement.where(_of_partner(table, source, self.partner))
        if self.state:
            statement = statement.where(table.c.state == self.state)
        if self.service:
            of_service = TRANSACTION.c.service == self.service.upper()
            statement = statement.where(exists().where(source.about, of_service).correlate(table))
        if self.until is not None:
            statement = statement.where(source.at < self.until)
        return statement if self.since is None else statement.where(source.at >= self.since)

    def fits(self, partner: str, state: str, received_at: datetime) -> bool:
        """Return whether a received letter is wanted. ``service`` is not looked at."""
        return (
            self.partner in ("", partner)
            and self.state in ("", state)
            and (self.since is None or received_at >= self.since)
            and (self.until is None or received_at < self.until)
        )


def _of_partner(table: Table, source: _Source, partner: str) -> ColumnElement[bool]:
    """A call of a hook goes to no partner: it is about the transaction with one."""
    if "partner" in table.c:
        return table.c.partner == partner
    return exists().where(source.about, TRANSACTION.c.partner == partner).correlate(table)


EVERY = LetterFilter()
