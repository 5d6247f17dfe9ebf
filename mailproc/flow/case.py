"""A transaction with what a decision about it needs."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.transaction_state import TransactionState
from mailproc.store.rows import Transaction


@dataclass(frozen=True)
class Case:
    """``transaction`` is the row as it was read; ``current`` is the state that is decided about, which a
    Cancel that came first, or the step itself, may have moved on. More is looked up by ``connection``."""

    connection: Connection
    transaction: Transaction
    current: TransactionState
    context: Context

    @property
    def id(self) -> int:
        """The id of the transaction."""
        return self.transaction.id

    def day(self, at: datetime) -> date:
        """Return the library's calendar day of an aware instant."""
        return self.context.local(at).date()
