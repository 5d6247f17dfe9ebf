"""Refuse, before anything changes, what the state tables do not allow or the partner cannot be sent."""

from collections.abc import Sequence

from mailproc.errors import LocalFault
from mailproc.flow import delivery_mode
from mailproc.flow.advance import hub_number
from mailproc.flow.case import Case
from mailproc.ill import machine
from mailproc.ill.actions import BY_NAME
from mailproc.ill.effects import Effect, Send
from mailproc.ill.event_names import heard_as
from mailproc.ill.facts import Facts
from mailproc.ill.machine import CellKind
from mailproc.ill.status import term_word
from mailproc.ill.transaction_state import Step, TransactionState
from mailproc.protocols.codec import Manner
from mailproc.sentence import Sentence, Word, sentence
from mailproc.store.rows import Event


def check_allowed(case: Case, event: Event, said: str, taken: Step) -> None:
    """Refuse an action (or what staff record as heard) that is not allowed in this state.

    ``said``: its row in the state tables, which distinguishes yes from no. Raise LocalFault.
    """
    found = taken.before
    prohibited = event.heard_by and taken.outcome.kind is CellKind.ERROR
    if taken.outcome.kind is not CellKind.REFUSED and not prohibited:
        return
    possible = machine.possible(found.role, found.service, found.state, found.state_before)
    if event.heard_by:
        raise LocalFault(taken.note or _not_possible(event.type, found), possible)
    can = delivery_mode.sayable(possible, case.transaction, case.context)
    action, answer = event.type, said.rpartition("-")[2]
    if answer in _OTHER and event.type in can:  # only the other answer is possible
        other = _OTHER[answer]
        action = f"{action} --answer {answer}"
        can = tuple(f"{one} --answer {other}" if one == event.type else one for one in can)
    raise LocalFault(taken.note or _not_possible(action, found), (*can, *_first(case, event, found)))


def _not_possible(action: str, found: TransactionState) -> Sentence:
    service = Word("services", found.service)
    return sentence("not-possible", action=action, service=service, state=term_word(found.state))


_OTHER = {"yes": "no", "no": "yes"}


def _first(case: Case, event: Event, found: TransactionState) -> tuple[Sentence, ...]:
    """Suggest how to record a question before answering it, if it did not come as a message."""
    action = BY_NAME.get(event.type)
    asked = action.answers if action else ""
    if not asked or not delivery_mode.sayable((event.type,), case.transaction, case.context):
        return ()
    heard = machine.next_state(
        found.role, found.service, found.state, found.state_before, heard_as(BY_NAME[asked])
    )
    if heard.kind is not CellKind.BECOMES:
        return ()
    return (sentence("heard-first", asked=asked, then=event.type),)


def is_told_otherwise(event: Event, known: Facts) -> bool:
    """Return whether nothing is sent: who told us by telephone hears by telephone, who waits on a line hears
    there, and a hub knows what was done in its pages."""
    at_once = known.get("answered_at_once") and event.cause == "policy"
    return bool(event.heard_by or known.get("elsewhere") or at_once)


def check_expressible(case: Case, event: Event, effects: Sequence[Effect]) -> None:
    """Refuse an action whose message the partner's protocol cannot carry. Raise LocalFault."""
    transaction, context = case.transaction, case.context
    for effect in effects:
        if not isinstance(effect, Send):
            continue
        codec = context.registry.by_name(transaction.codec)
        partner = context.partners.get(transaction.partner)
        role, dialect = transaction.role, transaction.dialect
        manner = delivery_mode.of_message(codec, partner, effect.apdu, role, dialect)
        if manner is Manner.SEND and hub_number.is_missing(codec, transaction, effect.apdu):
            raise LocalFault(sentence("hub-number-missing", partner=transaction.partner))
        if manner is Manner.SEND and (refused := codec.refuses(effect.apdu, dialect)):
            raise LocalFault(sentence("cannot-be-told", partner=transaction.partner, why=refused))
        if manner is Manner.REFUSE:
            raise LocalFault(
                sentence(
                    "protocol-no-message",
                    action=event.type,
                    protocol=codec.name,
                    partner=transaction.partner,
                )
            )
