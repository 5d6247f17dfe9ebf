"""What staff can do with a request now, where each action leads and how the partner hears of it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.ill import machine
from mailproc.ill.actions import ANSWER, BY_NAME, Action, Option
from mailproc.ill.terms import Role, State
from mailproc.office.queries.find import transaction_of
from mailproc.protocols.codec import Manner
from mailproc.store.rows import Transaction


@dataclass(frozen=True)
class Choice:
    """``answer``: yes or no where the action takes one; ``becomes``: the state after it; ``told``: how the
    partner hears of it, SEND (in its protocol), NOTICE (a letter to its people), LOCAL (nothing is sent)."""

    role: Role
    action: Action
    answer: str
    becomes: State
    told: Manner

    @property
    def options(self) -> tuple[Option, ...]:
        """What may be named with it, beside its yes or no."""
        return tuple(option for option in self.action.takes if option is not ANSWER)

    @property
    def needs(self) -> tuple[Option, ...]:
        return (*self.action.needs, *self.action.tells)


def choices(connection: Connection, number: str, context: Context) -> tuple[Choice, ...]:
    """What can be done with the request ``number`` now. LocalFault where there is none, or several."""
    row, found = transaction_of(connection, number), list[Choice]()
    for name in delivery_mode.possible(row, context):
        action = BY_NAME[name]
        told = _told(action, row, context)
        for answer, event in action.said_as:
            after = machine.next_state(row.role, row.service, row.state, row.state_before, event)
            if after.kind is not machine.CellKind.REFUSED:
                found.append(Choice(row.role, action, answer, after.state, told))
    return tuple(found)


def _told(action: Action, transaction: Transaction, context: Context) -> Manner:
    if action.message is None:
        return Manner.LOCAL
    codec = context.registry.by_name(transaction.codec)
    partner, role = context.partners.get(transaction.partner), transaction.role
    return delivery_mode.effective(codec, partner, action.message, role, transaction.dialect)
