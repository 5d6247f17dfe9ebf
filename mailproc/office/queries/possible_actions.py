"""Find what staff can do with a request now, where each action leads and how the partner is informed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow import delivery_mode
from mailproc.flow.advance import carry_out
from mailproc.flow.advance.steps import Decision
from mailproc.flow.context import Context
from mailproc.ill import machine
from mailproc.ill.actions import (
    ANSWER,
    BY_NAME,
    COST,
    DATE,
    LOCATION,
    NOTE,
    OF_AN_ITEM,
    OF_ROLE,
    POSITION,
    TO,
    WITH_US,
    Action,
    Option,
)
from mailproc.ill.effects import Notify, Send, TryNext
from mailproc.ill.status import RequestStatus, status
from mailproc.ill.terms import Results, Role, Service, State
from mailproc.ill.transaction_state import TransactionState
from mailproc.ill.whereabouts import COLLECTED
from mailproc.office.acts import day_left_open, perform
from mailproc.office.acts.staff_act import StaffAct
from mailproc.office.queries.find import transaction_of
from mailproc.protocols.codec import Manner
from mailproc.sentence import Part
from mailproc.store import requests
from mailproc.store.rows import Transaction

if TYPE_CHECKING:
    from mailproc.flow.prepare.suggested import Suggestion

_OF_WHAT_WAS_SENT = frozenset({"overdue", "recall", "check-in", "lost"})
PROMISES = (Results.WILL_SUPPLY, Results.HOLD_PLACED)
UNDO = BY_NAME["undo"]
NOT_REFUSED: Part = ""


@dataclass(frozen=True)
class Choice:
    """One possible action.

    ``answer``: yes or no if the action takes one. ``becomes``: the state after it; ``status``: the request's
    status after it, None if unchanged. ``told``: how the partner is informed: SEND (a message to its system),
    NOTICE (a letter to its staff), LOCAL (nothing is sent). ``needs``: mandatory options, also those that
    only the protocol demands. ``against``: why it is refused unless --anyway; '' if it is not. ``notices``:
    what the reader would be told. ``early``: it speaks of an item that was sent, and none was. ``usual``: the
    day that it grants where none is named; ``wished``: the day that the partner asked for. ``reader_has``: it
    sends back what the reader has.
    """

    role: Role
    action: Action
    answer: str
    becomes: State
    status: RequestStatus | None
    told: Manner
    needs: tuple[Option, ...]
    service: Service
    against: Part = ""
    notices: tuple[str, ...] = ()
    early: bool = False
    usual: date | None = None
    wished: date | None = None
    reader_has: bool = False

    @property
    def options(self) -> tuple[Option, ...]:
        """The options it accepts, beside its yes or no."""
        return tuple(option for option in self.action.takes if option is not ANSWER)


def choices(connection: Connection, number: str, context: Context) -> tuple[Choice, ...]:
    """Return what can be done with the request ``number`` now, decided as the action itself would be.

    Raise LocalFault if there is no such request, or several.
    """
    row = transaction_of(connection, number)
    each = ((action, answer) for action in OF_ROLE[row.role].values() for answer, _ in action.said_as)
    found = (choice(connection, row, action, answer, context) for action, answer in each)
    return tuple(one for one in found if one is not None)


def choice(
    connection: Connection, row: Transaction, action: Action, answer: str, context: Context
) -> Choice | None:
    """Return what ``action`` with its ``answer``, as staff, would do to ``row``; None if it is impossible."""
    event = dict(action.said_as)[answer]
    trial = _Trial(connection, row, action, answer, context)
    possible, against = _possible(trial), NOT_REFUSED
    if possible is None and machine.allows(row.role, row.service, row.state, row.state_before, event):
        possible, against = _possible(replace(trial, anyway=True)), trial.refusal()
    if possible is None:
        return None
    decision, needs = possible
    after, told = decision.taken.after, _told(decision, row, context)
    stands = _stands(action, event, row, after)
    early = action.name in _OF_WHAT_WAS_SENT and row.state not in OF_AN_ITEM
    return Choice(
        row.role, action, answer, after.state, stands, told, needs, row.service, against,
        _notices(connection, decision, row, context), early,
        day_left_open.usual(action.name, answer, row, context),
        day_left_open.wished(connection, action.name, answer, row),
        action.name == "return" and reader_has_it(row),
    )  # fmt: skip


def _notices(
    connection: Connection, decision: Decision, row: Transaction, context: Context
) -> tuple[str, ...]:
    if requests.load(connection, row.request_id).patron_id is None:
        return ()
    told = [one.notice for one in decision.effects if isinstance(one, Notify)]
    ends = (one for one in decision.effects if isinstance(one, TryNext))
    if any(carry_out.tells_the_end(connection, row, one, context) for one in ends):
        told.append("patron/unfilled")
    return tuple(told)


def reader_has_it(row: Transaction) -> bool:
    """Return whether staff have said that the reader has collected it, and not that it was brought back."""
    return row.state in WITH_US and (row.options or {}).get("whereabouts") == COLLECTED


def is_possible(
    connection: Connection, number: str, row: Transaction, action: Action, context: Context
) -> bool:
    """Return whether ``action`` can be done to ``row`` as it stands, without any option; writes nothing."""
    if action.name not in OF_ROLE[row.role]:
        return False
    try:
        perform.decided(connection, context, StaffAct(action=action.name, number=number), row)
    except LocalFault:
        return False
    return True


def commands(connection: Connection, number: str, context: Context) -> "tuple[Suggestion, ...]":
    """Return the commands that are possible beside the actions. Raise LocalFault as ``choices`` does."""
    from mailproc.flow.prepare import suggestions  # here: with it come the contracts of templates

    return suggestions.commands(connection, transaction_of(connection, number), context, context.language)


@dataclass(frozen=True)
class _Trial:
    """An action that is decided but not performed."""

    connection: Connection
    row: Transaction
    action: Action
    answer: str
    context: Context
    anyway: bool = False

    def decided(self, options: tuple[Option, ...]) -> Decision | None:
        """Return what it would do with a value for each of ``options``; None if it is refused."""
        try:
            return self._decided(options)
        except LocalFault:
            return None

    def refusal(self) -> Part:
        """Return why it is refused; '' if it is not."""
        try:
            self._decided((*self.action.needs, *self.action.tells))
        except LocalFault as fault:
            return fault.said
        return ""

    def _decided(self, options: tuple[Option, ...]) -> Decision:
        answer = self.answer == "yes" if self.answer else None
        act = StaffAct(action=self.action.name, number="", answer=answer, anyway=self.anyway)
        filled = _filled(act, options, self.row, self.context)
        return perform.decided(self.connection, self.context, filled, self.row)


def _possible(trial: _Trial) -> tuple[Decision, tuple[Option, ...]] | None:
    """Return what the action would do, and the options that it needs; None if it is refused in any case.

    Some partner's protocol needs one more option, or all of them.
    """
    action = trial.action
    needs = (*action.needs, *action.tells)
    if (decision := trial.decided(needs)) is not None:
        return decision, needs
    if (decision := trial.decided(action.takes)) is None:
        return None
    one_more = ((*needs, option) for option in action.takes if option not in needs)
    return decision, next(filter(trial.decided, one_more), action.takes)


def _filled(act: StaffAct, options: tuple[Option, ...], row: Transaction, context: Context) -> StaffAct:
    """Fill in each mandatory option; the others have a default."""
    values: dict[Option, Any] = {
        NOTE: "-",
        DATE: context.today(),
        COST: "1 EUR",
        POSITION: 1,
        TO: row.partner,
        LOCATION: (row.partner,),
    }
    return replace(act, **{option.field: values[option] for option in options if option in values})


def _stands(action: Action, event: str, row: Transaction, after: TransactionState) -> RequestStatus | None:
    """Return the status after it; what the action says goes before the state, which several answers share."""
    said = action.results
    if said in PROMISES:
        return status(after.state, promise={"what": said.name})
    if after.state is row.state and after.promise == row.promise:
        return None
    moved = "" if action is UNDO else action.name if said else event
    return status(after.state, promise=after.promise, moved=moved)


def _told(decision: Decision, transaction: Transaction, context: Context) -> Manner:
    said = next((effect.apdu for effect in decision.effects if isinstance(effect, Send)), None)
    if said is None:
        return Manner.LOCAL
    codec = context.registry.by_name(transaction.codec)
    partner, role = context.partners.get(transaction.partner), transaction.role
    manner = delivery_mode.of_message(codec, partner, said, role, transaction.dialect)
    return Manner.NOTICE if manner is Manner.SEND and codec.for_people else manner
