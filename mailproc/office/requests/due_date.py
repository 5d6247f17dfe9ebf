"""Correct the due date of a loan, as borrower or as lender: the timers follow, and the reader may be told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import station as advance
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role
from mailproc.ill.transaction_state import DUE_CORRECTED
from mailproc.notices.not_told import field_word
from mailproc.office.acts import act_days, overtaken
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.queries.find import transaction_of
from mailproc.sentence import Sentence, Word, sentence, stored
from mailproc.store import events
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import Transaction

T = TypeVar("T")


@dataclass(frozen=True)
class DueDate:
    """``on``: the right due date, a day of the library. ``quiet``: the reader is not told of it. ``seen``: a
    mark of how it stood (``overtaken``), or ''."""

    number: str
    on: date
    quiet: bool = False
    by: str = ""
    door: str = "cli"
    seen: str = ""


def correct(store: Store, context: Context, wanted: DueDate, *, dry_run: bool = False) -> StepOutcome:
    """Correct the due date; with ``dry_run`` return what that would do, and keep nothing.

    Nothing goes to the partner: a lender tells another date by renewing. Raise LocalFault if no loan is out,
    if the date is held already or cannot be right, or if it has passed and the reader would be told of it.
    """

    def job(connection: Connection) -> StepOutcome:
        return _correct(connection, context, wanted)

    done = foreseen(store, job) if dry_run else store.write(job)
    return replace(done, words=(*_remarks(wanted, context.today()), *done.words))


@dataclass(frozen=True)
class WithReceipt:
    """Writes a receipt, and in the same commit the day until which the lender lends it, as its slip says.

    The day goes first where that is possible: taking the receipt back is then taking back what was last. The
    reader hears of the day with the item.
    """

    context: Context
    wanted: DueDate

    def __call__(self, store: Store, job: Callable[[Connection], T]) -> T:
        """Do both. Raise LocalFault (``Overtaken`` too), and then do neither."""
        return store.write(lambda connection: self._both(connection, job))

    def _both(self, connection: Connection, job: Callable[[Connection], T]) -> T:
        row = transaction_of(connection, self.wanted.number)
        overtaken.check(connection, self.wanted.seen, self.wanted.number, row.id)
        if row.state.lent_out:
            self._name(connection)
            return job(connection)
        done = job(connection)
        self._name(connection)
        return done

    def _name(self, connection: Connection) -> None:
        if transaction_of(connection, self.wanted.number).due_on != self.wanted.on:
            _correct(connection, self.context, replace(self.wanted, quiet=True, seen=""))


def _correct(connection: Connection, context: Context, wanted: DueDate) -> StepOutcome:
    transaction = transaction_of(connection, wanted.number)
    for older in events.due_of_transaction(connection, transaction.id):
        advance.take(connection, older, context)
    transaction = transaction_of(connection, wanted.number)
    overtaken.check(connection, wanted.seen, wanted.number, transaction.id)
    if transaction.due_on == wanted.on:
        raise LocalFault(sentence("due-same", number=wanted.number, day=wanted.on))
    act_days.check_day(connection, Word("typed", "--due"), wanted.on, transaction, context)
    if wanted.on < context.today() and not wanted.quiet and transaction.role is Role.REQUESTER:
        raise LocalFault(sentence("due-passed-tells", day=wanted.on))
    what = _becomes(transaction.due_on, wanted.on)
    done = steps.begin(connection, _event(transaction, wanted, what, context), context)
    lender = transaction.role is Role.RESPONDER
    words = (what, *done.words, *(_tell_borrower(wanted, transaction) if lender else ()))
    return replace(done, words=words)


def _becomes(was: date | None, now: date) -> Sentence:
    return sentence("field-becomes", field=field_word("due"), was=was or sentence("none-given"), now=now)


def _event(transaction: Transaction, wanted: DueDate, what: Sentence, context: Context) -> NewEvent:
    facts: Facts = {"due_on": wanted.on.isoformat(), "text": str(what), "why": stored(what)}
    if wanted.quiet:
        facts["quiet"] = True
    return NewEvent(
        cause="staff",
        type=DUE_CORRECTED,
        at=context.clock(),
        facts=facts,
        actor=wanted.by,
        door=wanted.door,
        partner=transaction.partner,
        transaction_id=transaction.id,
        request_id=transaction.request_id,
    )


def _tell_borrower(wanted: DueDate, transaction: Transaction) -> tuple[Sentence, ...]:
    command = f"mailproc act {wanted.number} message --note TEXT"
    return (sentence("due-untold", partner=transaction.partner, command=command),)


def _remarks(wanted: DueDate, today: date) -> tuple[Sentence, ...]:
    return (sentence("due-back-passed" if wanted.on < today else "due-back", day=wanted.on),)
