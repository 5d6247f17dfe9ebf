"""What staff can do with a request now, where each action leads and how the partner hears of it."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow import delivery_mode
from mailproc.flow.advance.steps import Decision
from mailproc.flow.context import Context
from mailproc.ill.actions import (
    ANSWER,
    BY_NAME,
    COST,
    DATE,
    LOCATION,
    NOTE,
    OF_ROLE,
    POSITION,
    TO,
    Action,
    Option,
)
from mailproc.ill.effects import Send
from mailproc.ill.status import RequestStatus, status
from mailproc.ill.terms import Results, Role, State
from mailproc.ill.transaction_state import TransactionState
from mailproc.office.acts import perform
from mailproc.office.acts.act_messages import StaffAct
from mailproc.office.queries.find import transaction_of
from mailproc.protocols.codec import Manner
from mailproc.store.rows import Transaction

PROMISES = (Results.WILL_SUPPLY, Results.HOLD_PLACED)
UNDO = BY_NAME["undo"]


@dataclass(frozen=True)
class Choice:
    """``answer``: yes or no where the action takes one; ``becomes``: the state after it, and ``status``: how
    the request then stands, None where it stays as it stands; ``told``: how the partner hears of it, SEND (a
    message to its system), NOTICE (a letter to its people), LOCAL (nothing is sent). ``needs``: the options
    without which it is refused, also by the partner's protocol alone."""

    role: Role
    action: Action
    answer: str
    becomes: State
    status: RequestStatus | None
    told: Manner
    needs: tuple[Option, ...]

    @property
    def options(self) -> tuple[Option, ...]:
        """What may be named with it, beside its yes or no."""
        return tuple(option for option in self.action.takes if option is not ANSWER)


def choices(connection: Connection, number: str, context: Context) -> tuple[Choice, ...]:
    """What can be done with the request ``number`` now, decided as the act itself would be.

    Raises LocalFault where there is no such request, or several.
    """
    row, found = transaction_of(connection, number), list[Choice]()
    for action in OF_ROLE[row.role].values():
        for answer, event in action.said_as:
            trial = _Trial(connection, row, action, answer, context)
            if (possible := _possible(trial)) is not None:
                decision, needs = possible
                after, told = decision.taken.after, _told(decision, row, context)
                stands = _stands(action, event, row, after)
                found.append(Choice(row.role, action, answer, after.state, stands, told, needs))
    return tuple(found)


@dataclass(frozen=True)
class _Trial:
    """An act that is decided and not done."""

    connection: Connection
    row: Transaction
    action: Action
    answer: str
    context: Context

    def decided(self, options: tuple[Option, ...]) -> Decision | None:
        """What it would do with something in the place of each of ``options``; None where it is refused."""
        answer = self.answer == "yes" if self.answer else None
        act = StaffAct(action=self.action.name, number="", answer=answer)
        filled = _filled(act, options, self.row, self.context)
        try:
            return perform.decided(self.connection, self.context, filled, self.row)
        except LocalFault:
            return None


def _possible(trial: _Trial) -> tuple[Decision, tuple[Option, ...]] | None:
    """What the act would do, and the options that it needs: some partner's protocol needs one more, or all
    that it takes. None where it is refused whatever is named with it."""
    action = trial.action
    needs = (*action.needs, *action.tells)
    if (decision := trial.decided(needs)) is not None:
        return decision, needs
    if (decision := trial.decided(action.takes)) is None:
        return None
    one_more = ((*needs, option) for option in action.takes if option not in needs)
    return decision, next(filter(trial.decided, one_more), action.takes)


def _filled(act: StaffAct, options: tuple[Option, ...], row: Transaction, context: Context) -> StaffAct:
    """With something in the place of each option that must be named; the others have a default."""
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
    """What the action says goes before the state: a promise leaves it, several answers share one."""
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
    return delivery_mode.of_message(codec, partner, said, role, transaction.dialect)
