"""Find where the messages of a letter belong: each becomes an event, or a line in the letter's note."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.intake import faulty_requests, hub_placing, placed_requests
from mailproc.flow.intake.placement import Placement, add_event, add_unknown
from mailproc.flow.matching import accounts
from mailproc.flow.matching.transaction_lookup import find
from mailproc.flow.reading.event_columns import (
    UNREAD,
    is_about_a_file,
)
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill.apdu import Apdu, Message, StatusOrErrorReport
from mailproc.ill.facts import Facts
from mailproc.ill.submitted import SubmittedRequest
from mailproc.ill.terms import Role
from mailproc.mail.addresses import ascii_lower
from mailproc.protocols.codec import Fault
from mailproc.sentence import sentence, stored
from mailproc.store import letters, outgoing, transactions
from mailproc.store.events import WITHHELD
from mailproc.store.text import storable


@dataclass(frozen=True)
class LetterMessage:
    """One message of a letter, or what of it could not be read.

    ``unsure``: only its sender makes it a message.
    """

    said: Apdu | Fault | SubmittedRequest
    unsure: bool = False


def messages_of(reading: LetterReading) -> list[LetterMessage]:
    """Return the letter's messages in the order in which they are placed."""
    decoded = reading.decoded
    return [
        *(LetterMessage(apdu) for apdu in decoded.apdus),
        *(LetterMessage(request) for request in decoded.placed),
        *(LetterMessage(apdu, unsure=True) for apdu in decoded.unsure),
        *(LetterMessage(fault) for fault in decoded.faults),
    ]


def place_all(connection: Connection, reading: LetterReading, context: Context) -> Placement:
    """Place every message of the letter; one that cannot be read is shelved alone."""
    placement = Placement()
    place_some(connection, reading, messages_of(reading), placement, context, most=sys.maxsize)
    return placement


def place_some(
    connection: Connection,
    reading: LetterReading,
    messages: Sequence[LetterMessage],
    placement: Placement,
    context: Context,
    most: int,
) -> int:
    """Place these messages until ``most`` events wait to be written; return how many were placed.

    Only the partner's own numbers for our requests are written here. The rest is for who settles the letter.
    """
    placement.numbers, placement.owners = _numbers(messages), None
    for count, message in enumerate(messages):
        if len(placement.events) >= most:
            return count
        _place_one(connection, reading, message, placement, context)
    return len(messages)


def _place_one(
    connection: Connection,
    reading: LetterReading,
    message: LetterMessage,
    placement: Placement,
    context: Context,
) -> None:
    said = message.said
    if isinstance(said, Fault):
        _fault(connection, reading, said, None, placement, context)
        return
    if isinstance(said, SubmittedRequest):
        placed_requests.begin(connection, reading, said, placement, context)
        return
    fault = None if message.unsure else context.registry.by_name(reading.codec).withheld(said)
    if fault is not None:
        _fault(connection, reading, fault, said, placement, context)
    else:
        _place(connection, reading, said, placement, context, unsure=message.unsure)


def _fault(
    connection: Connection,
    reading: LetterReading,
    fault: Fault,
    apdu: Apdu | None,
    placement: Placement,
    context: Context,
) -> None:
    """Shelve what could not be read, and answer the partner if its protocol has a message for that.

    ``apdu`` is given if the message was read; then only staff can release it.
    """
    if fault.answer is not None:
        placement.answers.append(fault.answer)
    placement.faults.append(fault)
    held: Facts | None = None
    if apdu is not None:
        held = _of_letter(connection, reading, apdu, context) | {WITHHELD: True}
    add_event(placement, reading, apdu, shelved=str(fault), facts=held)
    about = faulty_requests.request_of(connection, reading, fault, apdu, context)
    if about is not None and not fault.link:
        text = faulty_requests.facts_of(fault)
        add_event(placement, reading, None, facts=text, transaction_id=about.id, columns=UNREAD)


def _place(
    connection: Connection,
    reading: LetterReading,
    apdu: Apdu,
    placement: Placement,
    context: Context,
    *,
    unsure: bool,
) -> None:
    """Add an event for ``apdu``, or a line in the letter's note if its number is not ours."""
    if reading.partner is None:
        return
    symbol = reading.partner.symbol
    if context.registry.by_name(reading.codec).by_hub and hub_placing.placed(
        connection, reading, apdu, placement, context
    ):
        return
    if is_about_a_file(apdu):
        _place_file_report(connection, reading, apdu, placement)
        return
    in_order_file = reading.decoded.credentials is not None
    if in_order_file or apdu.type.said_by is Role.REQUESTER:
        _place_order(reading, apdu, placement)
        return
    if apdu.transaction is not None:  # its identity is enough: looked up when the step is taken
        placement.read += 1
        add_event(placement, reading, apdu, facts=_of_letter(connection, reading, apdu, context) or None)
        return
    transaction = find(connection, symbol, apdu, context)
    if transaction is not None:
        placement.placed += 1
        if other := accounts.of_another(reading.partner, apdu, transaction):
            add_event(placement, reading, apdu, shelved=other)
            return
        _learn(connection, symbol, apdu, transaction.id)
        strange = unsure and not context.registry.means(apdu.reply_code or "")  # codes of old are known
        facts: Facts | None = {"unsure": True} if strange else None
        add_event(placement, reading, apdu, facts=facts, transaction_id=transaction.id)
        return
    _place_stranger(connection, reading, apdu, placement, unsure=unsure)


def _of_letter(connection: Connection, reading: LetterReading, apdu: Apdu, context: Context) -> Facts:
    """Return what only the letter tells of ``apdu``.

    Which side of ours it was written to; and its sender, if that is a library that is not in config.toml but
    has the request now (``forwarded_senders``).
    """
    adopted: Facts = {"adopted": ascii_lower(reading.letter.sender)} if reading.unproven else {}
    return _listener(connection, reading, apdu, context) | adopted


def _listener(connection: Connection, reading: LetterReading, apdu: Apdu, context: Context) -> Facts:
    """Return which side of ours a letter that we wrote to ourselves (a hub) was written to.

    A type of message that both sides may send does not tell.
    """
    to_ourselves = reading.letter.sender == ascii_lower(context.config.library.email)
    if apdu.type.said_by is not None or not to_ourselves:
        return {}
    for outgoing_id in letters.ours(connection, [reading.letter.message_id]):
        for intent in outgoing.intents_of(connection, outgoing_id):
            spoke = transactions.load(connection, intent.said_in).role
            return {"listener": spoke.other.name}
    return {}


def _learn(connection: Connection, partner: str, apdu: Apdu, transaction_id: int) -> None:
    """Store the partner's own number for the order; a later letter may carry only that."""
    if apdu.ref is not None and apdu.ref.order_line:
        value = apdu.ref.order_line.upper()
        transactions.refer(connection, partner, "order_line", value, transaction_id=transaction_id)


def _place_order(reading: LetterReading, apdu: Apdu, placement: Placement) -> None:
    """Place a borrower's message: its transaction is looked up, or begun, when the step is taken."""
    placement.read += 1
    if reading.partner is not None and Role.RESPONDER not in _our_roles(reading):
        why = stored(sentence("borrows-not", partner=reading.partner.symbol))
        add_event(placement, reading, apdu, shelved=why)
        return
    refused = reading.decoded.refused
    at_once: Facts | None = {"refused": refused, "answered_at_once": True} if refused else None
    add_event(placement, reading, apdu, facts=at_once)


def _our_roles(reading: LetterReading) -> tuple[Role, ...]:
    """Return the roles that we may have with the partner; the configuration gives the partner's roles."""
    roles = reading.partner.roles if reading.partner else ()
    other = {Role.REQUESTER: Role.RESPONDER, Role.RESPONDER: Role.REQUESTER}
    return tuple(other[role] for role in roles)


def _place_stranger(
    connection: Connection, reading: LetterReading, apdu: Apdu, placement: Placement, *, unsure: bool
) -> None:
    """Shelve another partner's number, and messages of people; drop what is unknown in number and code.

    Other unknown numbers of a report belong to another system that shares our account.
    """
    number = apdu.ref.number if apdu.ref else ""
    if placement.owners is None:  # one query for all of them: a letter may hold thousands of numbers
        placement.owners = transactions.owners_of(connection, "number", placement.numbers)
    owner = placement.owners.get(number.upper(), "")
    if owner:
        symbol = reading.partner.symbol if reading.partner else ""
        why = stored(sentence("number-of-another", number=number, owner=owner, partner=symbol))
        placement.elsewhere += 1
        add_event(placement, reading, apdu, shelved=why)
    elif isinstance(apdu, Message) and not apdu.reply_code and not unsure:
        add_unknown(placement, reading, apdu, sentence("number-not-ours", number=number))
    elif not unsure:
        placement.not_ours.append(number or apdu.type.name)


def _numbers(messages: Sequence[LetterMessage]) -> list[str]:
    apdus = (one.said for one in messages if isinstance(one.said, Apdu))
    return [apdu.ref.number.upper() for apdu in apdus if apdu.ref and apdu.ref.number]


def _place_file_report(
    connection: Connection, reading: LetterReading, apdu: Apdu, placement: Placement
) -> None:
    """Place a receipt or a rejection: it is about every order of the file."""
    symbol = reading.partner.symbol if reading.partner else ""
    file_ref = apdu.ref.file_ref if apdu.ref else ""
    code = apdu.ref.customer_code if apdu.ref else ""
    if reading.partner is not None and accounts.is_theirs(reading.partner, code):
        add_unknown(placement, reading, apdu, sentence("account-theirs", partner=symbol, code=code))
        return
    rejected = isinstance(apdu, StatusOrErrorReport) and apdu.report and apdu.report.kind == "error"
    row = transactions.find(connection, symbol, "file_ref", file_ref)
    if row is None or row.outgoing_id is None:
        why = sentence("file-not-ours", number=file_ref)
        if rejected:
            placement.rejected.append(f"{why}; they say: {apdu.note or 'nothing more'}"[:500])
        add_unknown(placement, reading, apdu, why)
        return
    letter = outgoing.record(connection, row.outgoing_id)
    if rejected and letter is not None and letter.state in outgoing.LEFT:
        told = storable(f"the file was rejected: {apdu.note or ''}")
        placement.held.setdefault(letter.id, told[:500])
    placement.placed += 1
    for intent in outgoing.intents_of(connection, row.outgoing_id):
        if intent.transaction_id is not None and intent.state != "withdrawn":
            about: Facts = {"file": file_ref}
            add_event(placement, reading, apdu, facts=about, transaction_id=intent.transaction_id)
