"""What is true now for the reader of a transaction; every letter to a reader takes its dates from here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received
from mailproc.ill import loan_terms, reader_news
from mailproc.ill.message_content import WRONG
from mailproc.ill.reader_due import due_of_reader
from mailproc.ill.terms import State
from mailproc.ill.transaction_state import RENEWAL_ASKED, TransactionState
from mailproc.ill.whereabouts import BROUGHT_BACK, COLLECTED, WITH_READER, reader_has
from mailproc.store import events, outgoing, transactions
from mailproc.store.rows import Transaction

DUE_CORRECTED = "patron/due_corrected"
ARRIVED, WRONG_ITEM = "patron/arrived", "patron/wrong_item"
DEMANDED = (State.OVERDUE, State.RENEW_OVERDUE)


@dataclass(frozen=True)
class ReaderStanding:
    """Where one loan or copy stands for its reader.

    ``state``: of its transaction, IDLE if no library was asked. ``came``: the reader was told that it is
    here, or another library has sent it. ``due_on``: the reader's due date, None if there is none; ``late``:
    it has passed. ``renewable``: a renewal can be asked for; ``renewal_refused``: the lender has said that it
    does not renew; ``renewal_asked``: it was asked for, and is not answered.
    ``wanted_back``: the lender wants the item back now; ``recalled_by``: by that day, if it has not passed.
    ``brought_back``: the reader has brought it. ``wrong``: another item came; ``told_here``: the reader was
    told that it had come.
    ``listed``: it is on the library's waiting list. ``has``: the reader has the item; ``in_library``: it may
    be used in our library only. ``here``: staff have recorded that it came; ``collected``: that the reader
    has fetched it.
    """

    state: State = State.IDLE
    closed: bool = False
    came: bool = False
    due_on: date | None = None
    late: bool = False
    renewable: bool = False
    renewal_refused: bool = False
    renewal_asked: bool = False
    wanted_back: bool = False
    brought_back: bool = False
    wrong: bool = False
    told_here: bool = False
    recalled_by: date | None = None
    listed: bool = False
    has: bool = False
    in_library: bool = False
    here: bool = True
    collected: bool = False

    @property
    def time_up(self) -> bool:
        """Return whether the due date has passed, and the lender has not asked for the item."""
        return self.late and self.state not in (*DEMANDED, State.RECALL)

    def allows(self, notice: str) -> bool:
        """Return whether the letter ``notice`` ("patron/overdue") is still true when it is written."""
        rule = _TRUE.get(notice)
        return rule is None or rule(self)


def _with_us(standing: ReaderStanding) -> bool:
    return standing.state not in (State.RETURNED, State.LOST)


def _on_loan(standing: ReaderStanding) -> bool:
    return standing.state in WITH_READER and not standing.brought_back


def _ended(standing: ReaderStanding) -> bool:
    return (standing.state.gives_way or standing.closed) and not standing.came


def _asked(standing: ReaderStanding) -> bool:
    waits = standing.state is State.IDLE or standing.state.awaits_answer
    return waits and not standing.closed and not standing.came


def _here_only(standing: ReaderStanding) -> bool:
    return standing.in_library and _with_us(standing) and not standing.state.gives_way and not standing.closed


_TRUE: Mapping[str, Callable[[ReaderStanding], bool]] = {
    ARRIVED: lambda one: _with_us(one) and not one.wrong,
    WRONG_ITEM: lambda one: one.wrong and one.told_here,
    "patron/unfilled": _ended,
    "patron/cancelled": _ended,
    "patron/due_soon": lambda one: _on_loan(one) and not one.late,
    "patron/overdue": lambda one: _on_loan(one) and one.late and one.here,
    "patron/renewed": lambda one: _on_loan(one) and not one.late,
    DUE_CORRECTED: _on_loan,  # also late: what is demanded was told before
    "patron/recalled": lambda one: one.state is State.RECALL and not one.brought_back,
    reader_news.ACKNOWLEDGED: _asked,
    reader_news.WAITING_LIST: lambda one: _asked(one) and one.listed,
    reader_news.RENEWAL_REFUSED: lambda one: (
        _on_loan(one) and (one.has or one.in_library) and not one.renewal_asked and not one.wrong
    ),
    reader_news.IN_LIBRARY: _here_only,
}
"""When a letter to a reader is true."""

NOWHERE = ReaderStanding()
"""Of a request that no library was asked for."""


def of(connection: Connection, transaction: Transaction, context: Context) -> ReaderStanding:
    due_on, today = due(connection, transaction, context), context.today()
    refused = _refused(connection, transaction)
    late = due_on is not None and due_on < today
    demanded = transaction.state in DEMANDED and due_on is None  # with a date of ours, that date counts
    recalled_by = item_received.recalled_by(connection, transaction.id, transaction.state, due_on, context)
    return ReaderStanding(
        state=transaction.state,
        closed=transaction.closed_at is not None,
        came=_came(connection, transaction),
        due_on=due_on,
        late=late,
        renewable=not refused and "renew" in delivery_mode.possible(transaction, context),
        renewal_refused=refused,
        renewal_asked=_renewal_asked(connection, transaction),
        brought_back=(transaction.options or {}).get("whereabouts") == BROUGHT_BACK,
        wrong=(wrong := (transaction.options or {}).get("flaw") == WRONG),
        told_here=wrong and item_received.told_here(connection, transaction.id),
        wanted_back=late or demanded or transaction.state is State.RECALL,
        recalled_by=recalled_by if recalled_by is not None and recalled_by >= today else None,
        listed=reader_news.is_listed(transaction.promise),
        has=_has(transaction, context),
        in_library=_in_library(transaction),
        here=item_received.is_here(connection, transaction.id),
        collected=(transaction.options or {}).get("whereabouts") == COLLECTED,
    )


def _has(transaction: Transaction, context: Context) -> bool:
    """Return whether the reader has the item that is here."""
    options = transaction.options or {}
    current = TransactionState(
        transaction.role,
        transaction.service,
        transaction.state,
        whereabouts=options.get("whereabouts", ""),
        flaw=options.get("flaw", ""),
        loan_terms=options.get("loan_terms"),
    )
    return reader_has(current, collected_said=context.config.policy.collected == "said")


def _in_library(transaction: Transaction) -> bool:
    """Return whether the library lends it, or offers to lend it, for use in our library only."""
    options = transaction.options or {}
    offered = loan_terms.IN_LIBRARY_ONLY in (options.get("offered") or ())
    return offered or loan_terms.in_library_only(options.get("loan_terms"))


def _came(connection: Connection, transaction: Transaction) -> bool:
    if item_received.supplied_elsewhere(connection, transaction):
        return True
    attempts = transactions.of_request(connection, transaction.request_id)
    whole = [one.id for one in attempts if not (one.options or {}).get("flaw")]
    return ARRIVED in outgoing.notices_of(connection, whole)


def due(connection: Connection, transaction: Transaction, context: Context) -> date | None:
    """Return the reader's due date of a loan to us."""
    if transaction.due_on is None:
        return None
    term = context.reader_term
    given_on = item_received.given_on(connection, transaction.id, context) if term.is_apart else None
    return due_of_reader(transaction.due_on, term, given_on)


def _renewal_asked(connection: Connection, transaction: Transaction) -> bool:
    waits = transaction.state in RENEWAL_ASKED
    return waits and not item_received.renewal_answered(connection, transaction.id, transaction.state)


def _refused(connection: Connection, transaction: Transaction) -> bool:
    """Return whether the lender has said that it does not renew: in its answer, or in its terms."""
    told = events.last_of(connection, transaction.id, ("RENEW_ANSWER",))
    if told is not None and (told.apdu or {}).get("answer") is False:
        return True
    return bool(delivery_mode.not_renewed(transaction))
