"""What one step changes of its transaction, collected while its effects are carried out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.attention import Reason
from mailproc.ill.facts import NotToldFact
from mailproc.ill.terms import Role
from mailproc.sentence import Part
from mailproc.store import outgoing, requests, traces
from mailproc.store.intent_bodies import IntentBody
from mailproc.store.rows import Event, Transaction, TransactionOptions


@dataclass
class Work:
    """What one step changes of the transaction, and the events that follow from it.

    ``trace``: by which it is followed through the log. ``by_hand``: staff do it and see the result.
    ``answered``: automatic answers. ``not_told``: what the partner does not read of our messages.
    ``pinned``: new options of the transaction. ``stood``: the reasons known to staff before.
    ``leaves_at``: until then its letters can be taken back; None where they leave at once. ``untold``: hooks
    that were to be told of what is taken back, and never are.
    """

    connection: Connection
    event: Event
    transaction: Transaction
    context: Context
    trace: str = ""
    by_hand: bool = False
    attention: list[str] = field(default_factory=list)
    last_service_at: str = ""
    follow_ups: list[int] = field(default_factory=list)
    words: list[Part] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    not_told: list[NotToldFact] = field(default_factory=list)
    withdrew: list[int] = field(default_factory=list)
    pinned: TransactionOptions = field(default_factory=TransactionOptions)
    seq: int = 0
    stood: tuple[str, ...] = ()
    leaves_at: datetime | None = None
    untold: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stood = tuple(self.attention)
        self.trace = traces.of_event(self.event, self._number())

    def _number(self) -> str:
        """Return the request's number. Where we borrow, the transaction is named by it."""
        if self.transaction.role is Role.REQUESTER:
            return self.transaction.tgq
        return requests.number_of(self.connection, self.transaction.request_id)

    def attend(self, reason: Reason) -> None:
        """Add a reason for attention, once."""
        if reason not in self.attention:
            self.attention.append(reason)

    def intend(self, body: IntentBody) -> int:
        """Add an intent of this step, in order; return its id."""
        intent_id = outgoing.add_intent(
            self.connection,
            body,
            event_id=self.event.id,
            seq=self.seq,
            trace=self.trace,
            request_id=self.transaction.request_id,
            transaction_id=self.transaction.id,
            partner=self.transaction.partner,
            not_before=self.leaves_at,
        )
        self.seq += 1
        return intent_id

    def service_time(self) -> datetime:
        """Take the next service time: strictly increasing in each transaction, by one second if necessary."""
        now = self.context.local(self.context.clock())
        last = self.last_service_at or self.transaction.last_service_at
        if last:
            now = max(now, datetime.fromisoformat(last) + timedelta(seconds=1))
        self.last_service_at = now.isoformat()
        return now
