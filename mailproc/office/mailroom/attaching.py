"""Assign what could not be placed: a shelved letter, or one message of it, to a request; a report to the
letter of ours that bounced."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import leaving_time, steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.flow.reading.envelope import sender_of, with_envelope
from mailproc.flow.reading.letter_reading import RELEASED
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Message
from mailproc.ill.events import READER_WROTE
from mailproc.ill.facts import Facts
from mailproc.ill.status import term_word
from mailproc.ill.terms import ApduType, Role
from mailproc.mail import received
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.bounce import read as read_bounce
from mailproc.mail.parse import readable
from mailproc.office.mailroom import done_by, on_shelf, returned
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.handled import Handled
from mailproc.office.queries.find import transaction_of
from mailproc.office.queries.letters import parsed
from mailproc.sentence import Sentence, Word, sentence, stored
from mailproc.store import events, letters, patrons, requests
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import Event, InboxLetter, Transaction

LONGEST_NOTE = 4000
"""Characters of an attached letter that are kept in the history."""


@dataclass(frozen=True)
class AttachedLetter:
    """What is kept of an attached letter; read before the store is held, as its bytes never change.

    ``is_report``: of a mail system, about a letter of ours; ``report``: what it says of that. ``sender``: the
    address that it names; ``claimed``: symbols of the partners that have it.
    """

    message_id: str
    subject: str
    note: str
    is_report: bool
    report: str
    sender: str = ""
    claimed: tuple[str, ...] = ()


def attach(store: Store, context: Context, letter_id: str, number: str, by: DoneBy | None = None) -> Handled:
    """Assign a shelved letter (as a message), or one message of a letter, to a request.

    ``number`` may be a letter of ours (O12): then the shelved letter reports its bounce. Raise LocalFault
    where that makes no sense, Overtaken if either has moved on since it was looked at.
    """
    kind, row_id = parsed(letter_id)
    outgoing_id = done_by.ours(number)
    letter = kept(store, context, row_id) if kind == "I" else None

    def job(connection: Connection) -> Handled:
        if not done_by.begin(connection, by, "attach", (letter_id,), number):
            return Handled(f"{kind}{row_id}", "done", done_by.done_before(connection, letter_id), number)
        if outgoing_id is not None:
            if letter is None:
                raise LocalFault(sentence("attach-no-report", letter=letter_id))
            shelved = on_shelf.letter(connection, row_id)
            return returned.came_back(connection, shelved, outgoing_id, letter.report, context)
        transaction = transaction_of(connection, number)
        event_id = _write(connection, context, letter_id, letter, transaction)
        leaves_at = leaving_time.of_act(by.door, by.at, context) if by is not None else None
        outcome = steps.step(connection, event_id, context, attached=True, leaves_at=leaves_at)
        words = (*_foreign(connection, event_id, transaction), *outcome.words)
        return Handled(f"{kind}{row_id}", "done", _moved(letter_id, outcome), number, words)

    return store.write(job)


def meant(
    connection: Connection,
    context: Context,
    letter_id: str,
    letter: AttachedLetter | None,
    transaction: Transaction,
) -> Event:
    """Return the event that the letter, or the message, is in ``transaction``; nothing is written.

    ``letter``: what is kept of a whole letter. Raise LocalFault where it cannot be assigned to that.
    """
    kind, row_id = parsed(letter_id)
    if letter is not None:
        _check(connection, row_id, letter, transaction)
        return events.unwritten(_as_event(connection, row_id, letter, transaction, context))
    event = _message(connection, kind, row_id, letter_id, transaction)
    return replace(event, transaction_id=transaction.id)


def _write(
    connection: Connection,
    context: Context,
    letter_id: str,
    letter: AttachedLetter | None,
    transaction: Transaction,
) -> int:
    """Write what ``meant`` returns; return its id."""
    kind, row_id = parsed(letter_id)
    if letter is not None:
        _check(connection, row_id, letter, transaction)
        whole = _as_event(connection, row_id, letter, transaction, context)
        _settle(connection, row_id, letter, whole.partner)
        return events.add(connection, whole)
    event = _message(connection, kind, row_id, letter_id, transaction)
    put: Facts = {**(event.facts or {}), "put_here": True}
    if is_foreign(connection, letter, event, transaction):
        put["foreign"] = True
    events.todo_again(connection, replace(event, facts=put), transaction.id)
    return row_id


def is_foreign(
    connection: Connection, letter: AttachedLetter | None, event: Event | None, transaction: Transaction
) -> bool:
    """Return whether what is attached comes from no address of the partner of ``transaction``, nor from the
    one of its reader.

    ``letter``: a whole one; else ``event``, a message that another partner sent.
    """
    if letter is not None:
        is_theirs = transaction.partner in letter.claimed
        return not (is_theirs or is_of_reader(connection, letter, transaction))
    return event is not None and event.partner not in ("", transaction.partner)


def is_of_reader(connection: Connection, letter: AttachedLetter, transaction: Transaction) -> bool:
    """Return whether the letter names as its sender the reader of what we have asked for."""
    if transaction.role is not Role.REQUESTER or transaction.partner in letter.claimed:
        return False
    reader = patrons.load(connection, requests.load(connection, transaction.request_id).patron_id)
    address = ascii_lower(reader.email) if reader is not None else ""
    return bool(address) and address == ascii_lower(letter.sender)


def _foreign(connection: Connection, event_id: int, transaction: Transaction) -> tuple[Sentence, ...]:
    event = events.load(connection, event_id)
    foreign = event is not None and (event.facts or {}).get("foreign")
    return (sentence("attached-foreign", partner=transaction.partner),) if foreign else ()


def _check(connection: Connection, row_id: int, letter: AttachedLetter, transaction: Transaction) -> None:
    on_shelf.letter(connection, row_id)
    if letter.is_report:
        raise returned.no_message(connection, row_id, transaction)


def _message(
    connection: Connection, kind: str, row_id: int, letter_id: str, transaction: Transaction
) -> Event:
    if kind != "E":
        raise LocalFault(sentence("attach-ours", letter=letter_id))
    event = on_shelf.message(connection, row_id)
    _fits(event, transaction, letter_id)
    return event


def kept_of(row: InboxLetter, context: Context) -> AttachedLetter:
    """Return what is kept of a letter (its row) that is attached, passwords masked. Linear in the letter."""
    letter = with_envelope(received.letter(context.registry.mask(bytes(row.raw)), row.door), row)
    bounce = read_bounce(letter)
    note = f"{letter.subject}\n{readable(letter)}".strip()[:LONGEST_NOTE]
    return AttachedLetter(
        letter.message_id[:250],
        letter.subject[:250],
        note or "(no text)",
        bounce is not None,
        bounce.text if bounce else "",
        letter.sender or row.mail_from,
        tuple(one.symbol for one in context.partners.claimed_by(sender_of(row, letter))),
    )


def kept(store: Store, context: Context, inbox_id: int) -> AttachedLetter:
    with store.read() as connection:
        row = letters.load(connection, inbox_id)
        if row is None:
            raise on_shelf.nowhere(connection, f"I{inbox_id}")
    return kept_of(row, context)


def _as_event(
    connection: Connection, inbox_id: int, letter: AttachedLetter, transaction: Transaction, context: Context
) -> NewEvent:
    """Return the whole letter with its text for the history: as a Message of the partner, or as a note of the
    reader, whose letter ends no silence of the partner."""
    facts: Facts = {"by_hand": True, "put_here": True}
    if is_of_reader(connection, letter, transaction):
        return NewEvent(
            cause="letter",
            type=READER_WROTE,
            at=context.clock(),
            inbox_id=inbox_id,
            transaction_id=transaction.id,
            facts={**facts, "text": letter.note},
        )
    if is_foreign(connection, letter, None, transaction):
        facts["foreign"] = True
    return NewEvent(
        cause="letter",
        type="MESSAGE",
        at=context.clock(),
        apdu=apdu_json.to_json(Message(note=letter.note)),
        inbox_id=inbox_id,
        partner=transaction.partner,
        transaction_id=transaction.id,
        facts=facts,
    )


def _fits(event: Event, transaction: Transaction, number: str) -> None:
    """Refuse a borrower's message where we borrow, or a lender's where we lend."""
    ours, heard = transaction.role, ApduType.__members__.get(event.type)
    if (heard.said_by if heard else Role.RESPONDER) is ours:
        code = "attach-not-said-lender" if ours is Role.RESPONDER else "attach-not-said-borrower"
        raise LocalFault(sentence(code, event=event.type, number=number))


def _settle(connection: Connection, inbox_id: int, letter: AttachedLetter, partner: str) -> None:
    found = {"message_id": letter.message_id, "subject": letter.subject, "partner": partner}
    was, note = on_shelf.letter(connection, inbox_id).state, stored(sentence("attached-by-staff"))
    letters.settle(connection, inbox_id, "done", was, note=note, proof=RELEASED, **found)


def _moved(letter_id: str, outcome: StepOutcome) -> Sentence:
    """Return a sentence: the letter is attached, and how the status changed."""
    if not outcome.after or outcome.after == outcome.before:
        return sentence("attached-stays", letter=letter_id)
    return sentence("attached", letter=letter_id, before=_term(outcome.before), after=_term(outcome.after))


def _term(state: str) -> Word | str:
    return term_word(state) if state else ""
