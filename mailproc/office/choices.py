"""What staff can do with a request now, and what each action would say, from the table of actions."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.ill import machine
from mailproc.ill.actions import ANSWER, BY_NAME, Action, Option
from mailproc.ill.terms import Role, Service, State
from mailproc.office.queries.find import transaction_of
from mailproc.store.rows import Transaction

QUIET = "LOCAL"
"""How it is told: nothing is sent."""


@dataclass(frozen=True)
class Choice:
    """``answer``: yes or no where the action takes one; ``becomes``: the state after it; ``told``: how the
    partner hears of it, SEND (in its protocol), NOTICE (a letter to its people), LOCAL (nothing is sent)."""

    role: Role
    action: Action
    answer: str
    becomes: State
    told: str

    @property
    def options(self) -> tuple[Option, ...]:
        """What may be named with it, beside its yes or no."""
        return tuple(option for option in self.action.takes if option is not ANSWER)

    @property
    def needs(self) -> tuple[Option, ...]:
        return (*self.action.needs, *self.action.tells)


def actions(transaction: Transaction, context: Context | None = None) -> tuple[str, ...]:
    """The names of what the law allows now, the likeliest first; with ``context`` without what the
    partner's protocol has no message for."""
    lawful = machine.possible(*_where(transaction))
    return delivery_mode.sayable(lawful, transaction, context) if context else lawful


def choices(connection: Connection, number: str, context: Context) -> tuple[Choice, ...]:
    """What can be done with the request ``number`` now. LocalFault where there is none, or several."""
    transaction = transaction_of(connection, number)
    where, found = _where(transaction), list[Choice]()
    for name in actions(transaction, context):
        action = BY_NAME[name]
        told = _told(action, transaction, context)
        for answer, event in zip(_answers(action), action.events, strict=True):
            after = machine.next_state(*where, event)
            if after.kind is not machine.CellKind.REFUSED:
                found.append(Choice(where[0], action, answer, after.state, told))
    return tuple(found)


def _answers(action: Action) -> tuple[str, ...]:
    return ("yes", "no") if action.asks else ("",)


def _where(transaction: Transaction) -> tuple[Role, Service, State, State | None]:
    return transaction.role, transaction.service, transaction.state, transaction.state_before


def _told(action: Action, transaction: Transaction, context: Context) -> str:
    if action.message is None:
        return QUIET
    codec = context.registry.by_name(transaction.codec)
    partner, role = context.partners.get(transaction.partner), transaction.role
    return delivery_mode.effective(codec, partner, action.message, role, transaction.dialect).name
