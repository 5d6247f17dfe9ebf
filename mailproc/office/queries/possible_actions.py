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
    message to its system), NOTICE (a letter to its people), LOCAL (nothing is sent)."""

    role: Role
    action: Action
    answer: str
    becomes: State
    status: RequestStatus | None
    told: Manner

    @property
    def options(self) -> tuple[Option, ...]:
        """What may be named with it, beside its yes or no."""
        return tuple(option for option in self.action.takes if option is not ANSWER)

    @property
    def needs(self) -> tuple[Option, ...]:
        return (*self.action.needs, *self.action.tells)


def choices(connection: Connection, number: str, context: Context) -> tuple[Choice, ...]:
    """What can be done with the request ``number`` now, decided as the act itself would be.

    Raises LocalFault where there is no such request, or several.
    """
    row, found = transaction_of(connection, number), list[Choice]()
    for action in OF_ROLE[row.role].values():
        for answer, event in action.said_as:
            decision = _decided(connection, row, StaffAct(action=action.name, number=number), answer, context)
            if decision is not None:
                after, told = decision.taken.after, _told(decision, row, context)
                stands = _stands(action, event, row, after)
                found.append(Choice(row.role, action, answer, after.state, stands, told))
    return tuple(found)


def _decided(
    connection: Connection, row: Transaction, act: StaffAct, answer: str, context: Context
) -> Decision | None:
    """What the act would do with the options that it needs, or with all that it takes: some partner's
    protocol needs more. None where it is refused whatever is named with it."""
    action = BY_NAME[act.action]
    act = replace(act, answer=answer == "yes" if answer else None)
    for options in ((*action.needs, *action.tells), action.takes):
        try:
            return perform.decided(connection, context, _filled(act, options, row, context), row)
        except LocalFault:
            continue
    return None


def _filled(act: StaffAct, options: tuple[Option, ...], row: Transaction, context: Context) -> StaffAct:
    """With something in the place of each option; those that are left out need not be named."""
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
    return delivery_mode.effective(codec, partner, said.type, role, transaction.dialect)
