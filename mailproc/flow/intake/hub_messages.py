"""What a document of the hub means for a transaction: a message of the partner, or an act of our own people.

The hub holds the state of a transaction, and people change it in its pages too. So it brings also what we
have said ourselves: nothing new, or what our people did there. That becomes their act here, with nothing
sent. What the state tables do not let it be is told as a difference of states.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.intake import repeats_at_hub
from mailproc.flow.matching import symbols
from mailproc.flow.matching.learned_state import is_learned
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill import machine
from mailproc.ill.actions import ACTIONS, event_said
from mailproc.ill.apdu import Apdu, IllRequest, Report, StatusOrErrorReport
from mailproc.ill.event_names import event_heard
from mailproc.ill.machine import CellKind
from mailproc.ill.terms import Role, State, TransactionId
from mailproc.store import outgoing, transactions
from mailproc.store.rows import Transaction


@dataclass(frozen=True)
class Meant:
    """What a message becomes. ``act``: the action of ours that it is, '' for what the partner says.

    ``transaction`` is None where none is known; ``old``: it had its effect, and is only counted.
    """

    apdu: Apdu
    transaction: Transaction | None = None
    act: str = ""
    old: bool = False


def meant(connection: Connection, reading: LetterReading, apdu: Apdu, context: Context) -> Meant:
    """Return what the message becomes. It is looked up by the hub's number, or as what it answers."""
    if reading.partner is None:
        return Meant(apdu)
    role = symbols.role_told(apdu, context)
    transaction = _transaction(connection, reading, apdu, role)
    if transaction is None:
        begun = role is Role.RESPONDER and _is_ours(
            apdu, role
        )  # the request stands before it in the document
        return Meant(replace(apdu, extensions=()), act=_action(apdu, role)) if begun and role else Meant(apdu)
    if isinstance(apdu, IllRequest):
        return _of_request(apdu, transaction)
    if not _is_ours(apdu, transaction.role):
        old = is_learned(apdu) and repeats_at_hub.is_state_old(connection, transaction, event_heard(apdu))
        return Meant(apdu, transaction, old=old)
    return _of_act(connection, apdu, transaction)


def _transaction(
    connection: Connection, reading: LetterReading, apdu: Apdu, role: Role | None
) -> Transaction | None:
    partner = reading.partner.symbol if reading.partner else ""
    number = apdu.ref.number.upper() if apdu.ref else ""
    if role is Role.RESPONDER:
        return transactions.by_key(connection, role, partner, TransactionId(partner, number))
    named = apdu.patron.id if isinstance(apdu, IllRequest) and apdu.patron else None
    for value in (number, (named or "").upper()):
        found = transactions.find(connection, partner, "number", value) if value else None
        if found is not None and found.transaction_id is not None:
            return transactions.load(connection, found.transaction_id)
    return next(_answered(connection, reading), None)


def _answered(connection: Connection, reading: LetterReading) -> Iterator[Transaction]:
    """Yield the transaction of the letter of ours that this answers."""
    for intent in outgoing.intents_of(connection, reading.answers) if reading.answers else ():
        if intent.transaction_id is not None:
            yield transactions.load(connection, intent.transaction_id)


def _of_request(apdu: IllRequest, transaction: Transaction) -> Meant:
    """A request that is here already says its number, where it is ours; else nothing new."""
    number = apdu.ref.number if apdu.ref else ""
    known = (transaction.options or {}).get("hub_number", "")
    if transaction.role is Role.RESPONDER or not number or known == number:
        return Meant(apdu, transaction, old=True)
    return Meant(_report(apdu, transaction.state), transaction)


def _report(apdu: Apdu, state: State) -> StatusOrErrorReport:
    return StatusOrErrorReport(
        ref=apdu.ref,
        requester=apdu.requester,
        responder=apdu.responder,
        sent_at=apdu.sent_at,
        note=apdu.note,
        report=Report(kind="status", current_state=state.name),
    )


def is_ours(apdu: Apdu, context: Context) -> bool:
    """Return whether we are the speaker, by the symbols in the message."""
    role = symbols.role_told(apdu, context)
    return role is not None and _is_ours(apdu, role)


def _is_ours(apdu: Apdu, role: Role) -> bool:
    """Return whether we said it. What either side may say is the other side's."""
    return apdu.type.said_by is role


def _of_act(connection: Connection, apdu: Apdu, transaction: Transaction) -> Meant:
    """Return the act that this message is; what is not possible now becomes a report of their state."""
    name = _action(apdu, transaction.role)
    row = event_said(name, getattr(apdu, "answer", None)) if name else ""
    if row and _had_effect(connection, apdu, transaction, row, name):
        return Meant(apdu, transaction, old=True)
    state, before = transaction.state, transaction.state_before
    there = machine.next_state(transaction.role, transaction.service, state, before, row) if row else None
    if there is None or there.kind is CellKind.REFUSED:
        return Meant(_difference(apdu), transaction)
    return Meant(replace(apdu, extensions=()), transaction, act=name)


def _had_effect(connection: Connection, apdu: Apdu, transaction: Transaction, row: str, name: str) -> bool:
    if is_learned(apdu):
        return repeats_at_hub.is_state_old(connection, transaction, row)
    return repeats_at_hub.is_act_old(connection, transaction, row, apdu, name)


def _action(apdu: Apdu, role: Role) -> str:
    for action in ACTIONS:
        said = action.message is apdu.type and action.results is getattr(apdu, "results", None)
        if said and action.role in (role, None):
            return action.name
    return ""


def _difference(apdu: Apdu) -> StatusOrErrorReport:
    return replace(_report(apdu, State.UNKNOWN), note=f"{apdu.type.name}: {apdu.note or ''}".rstrip(": "))
