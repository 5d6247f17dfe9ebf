"""What is refused before anything changed: by the law, or because the partner cannot be told."""

from collections.abc import Sequence

from sqlalchemy import RowMapping

from mailproc.errors import LocalFault
from mailproc.flow import manner
from mailproc.flow.premises import Premises
from mailproc.ill import machine
from mailproc.ill.actions import BY_NAME
from mailproc.ill.effects import Effect, Send
from mailproc.ill.machine import Kind
from mailproc.ill.standing import Standing, Step
from mailproc.ill.terms import Role
from mailproc.protocols.codec import Manner


def lawful(event: RowMapping, said: str, taken: Step, transaction: RowMapping, premises: Premises) -> None:
    """Refuse an act (or what staff say they heard) that the law does not know here. ``said``: its row in
    the tables, which tells a yes from a no."""
    found = taken.before
    prohibited = event["heard_by"] and taken.outcome.kind is Kind.ERROR
    if taken.outcome.kind is not Kind.REFUSED and not prohibited:
        return
    why = f"{event['type']} is not possible while the {found.service.name} is {found.state.name}."
    possible = machine.possible(found.role, found.service, found.state, found.state_before)
    if event["heard_by"]:
        raise LocalFault(taken.note or why, possible)
    can = manner.sayable(possible, transaction, premises)
    answer = said.rpartition("-")[2]
    if answer in _OTHER and event["type"] in can:  # the one answer is possible, and it was the other
        other = _OTHER[answer]
        why = why.replace(" is not", f" --answer {answer} is not", 1)
        can = tuple(f"{one} --answer {other}" if one == event["type"] else one for one in can)
    raise LocalFault(taken.note or why, (*can, *_first(event, found)))


_OTHER = {"yes": "no", "no": "yes"}


def _first(event: RowMapping, found: Standing) -> tuple[str, ...]:
    """Of an answer to what nobody has asked by a message: how to record that it was asked."""
    action = BY_NAME.get(event["type"])
    asked = action.answers if action else ""
    heard = asked and machine.next_state(
        found.role, found.service, found.state, found.state_before, asked.upper()
    )
    if not heard or heard.kind is not Kind.BECOMES:
        return ()
    return (f"{asked} --heard-by post (or phone), if they asked for it, and then {event['type']}",)


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
