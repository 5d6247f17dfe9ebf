"""What is refused before anything changed: by the law, or because the partner cannot be told."""

from collections.abc import Sequence

from sqlalchemy import RowMapping

from mailproc.errors import LocalFault
from mailproc.flow import manner
from mailproc.flow.premises import Premises
from mailproc.ill import machine
from mailproc.ill.effects import Effect, Send
from mailproc.ill.machine import Kind
from mailproc.ill.standing import Step
from mailproc.ill.terms import Role
from mailproc.protocols.codec import Manner


def lawful(event: RowMapping, taken: Step, transaction: RowMapping, premises: Premises) -> None:
    """Refuse an act (or what staff say they heard) that the law does not know here."""
    found = taken.before
    prohibited = event["heard_by"] and taken.outcome.kind is Kind.ERROR
    if taken.outcome.kind is not Kind.REFUSED and not prohibited:
        return
    why = f"{event['type']} is not possible while the {found.service.name} is {found.state.name}."
    possible = machine.possible(found.role, found.service, found.state, found.state_before)
    raise LocalFault(
        taken.note or why, possible if event["heard_by"] else manner.sayable(possible, transaction, premises)
    )


def speakable(
    event: RowMapping, effects: Sequence[Effect], transaction: RowMapping, premises: Premises
) -> None:
    """Refuse, before anything changed, an act whose letter the partner's protocol cannot carry."""
    codec = premises.registry.by_name(transaction["codec"])
    partner = premises.partners.get(transaction["partner"])
    for effect in effects:
        if not isinstance(effect, Send):
            continue
        role, kind = Role[transaction["role"]], effect.apdu.type
        if refused := codec.refuses(effect.apdu, transaction["dialect"]):
            raise LocalFault(f"{transaction['partner']} cannot be told this: {refused}.")
        if manner.effective(codec, partner, kind, role, transaction["dialect"]) is Manner.REFUSE:
            raise LocalFault(
                f"{event['type']} is not possible: {codec.name}, which {transaction['partner']} speaks, has"
                " no message for it. Write to its people, and record what they answer with --heard-by."
            )
