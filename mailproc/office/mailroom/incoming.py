"""Actions of staff on letters: take them in, and assign those that could not be placed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.config import Config
from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.flow.intake import forwarded_senders
from mailproc.flow.reading import form_letters
from mailproc.flow.reading.envelope import with_envelope
from mailproc.flow.reading.inbox_reading import read
from mailproc.flow.reading.letter_reading import RELEASED, LetterReading
from mailproc.flow.replies import unmatched
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Message
from mailproc.ill.status import term_word
from mailproc.ill.terms import ApduType, Role
from mailproc.mail import received
from mailproc.mail.bounce import read as read_bounce
from mailproc.mail.parse import readable
from mailproc.office.mailroom import returned
from mailproc.office.mailroom.handled import Handled
from mailproc.office.queries.find import transaction_of
from mailproc.office.queries.letters import not_on_the_shelf, parsed
from mailproc.sentence import Sentence, Word, sentence, stored
from mailproc.store import events, letters, outgoing, partner_addresses
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.inbox import NewLetter, StoredLetter, keep
from mailproc.store.rows import Event, InboxRecord, OutgoingRecord, Transaction

PORTION, PORTION_OCTETS = 200, 16_000_000
"""Letters, and their octets, in one commit of letters brought by hand."""
LONGEST_NOTE = 4000
"""Characters of an attached letter that are kept in the history."""


def take_in(store: Store, new: Sequence[NewLetter]) -> list[StoredLetter]:
    """Take letters from files into one commit, by the channel "inject"."""
    return store.write(lambda connection: keep(connection, new))


def take_all(store: Store, new: Iterable[NewLetter]) -> Iterator[StoredLetter]:
    """Take any number of letters, in portions; each is acknowledged when its commit holds."""
    for portion in _portions(new):
        yield from take_in(store, portion)


def _portions(letters: Iterable[NewLetter]) -> Iterator[list[NewLetter]]:
    """Yield portions small enough for memory and for one commit."""
    portion: list[NewLetter] = []
    octets = 0
    for letter in letters:
        portion.append(letter)
        octets += len(letter.raw)
        if len(portion) >= PORTION or octets >= PORTION_OCTETS:
            yield portion
            portion, octets = [], 0
    if portion:
        yield portion


def known_mailbox(config: Config, name: str) -> None:
    """Raise LocalFault if config.toml has no mailbox of that name ('' means none)."""
    names = [mailbox.name for mailbox in config.mailbox]
    if name and name not in names:
        raise LocalFault(
            sentence("no-mailbox", name=name, known=", ".join(names) or sentence("none-configured"))
        )


def release(store: Store, context: Context, letter_id: str, partner: str = "") -> Handled:
    """Process a shelved letter or message again; staff vouch for its sender."""
    kind, number = parsed(letter_id)
    symbol = context.partners.known(partner).symbol if partner else ""
    reading = None if kind != "I" or symbol else _reading(store, context, number)

    def job(connection: Connection) -> Handled:
        if kind == "I" and reading is not None:
            return _release_strangers(connection, reading, context)
        if kind == "I":
            return _release_letter(connection, number, symbol)
        if kind == "E":
            return _release_message(connection, number)
        raise LocalFault(sentence("release-ours", letter=letter_id))

    return store.write(job)


def report(store: Store, context: Context, letter_id: str, by: str) -> Handled:
    """Tell the sender of a shelved message that we know no such request."""
    kind, number = parsed(letter_id)

    def job(connection: Connection) -> Handled:
        if kind != "E":
            raise LocalFault(sentence("report-whole-letter", letter=letter_id))
        event = _shelved_event(connection, number)
        return Handled(f"E{number}", event.state, unmatched.tell(connection, event, context, by))

    return store.write(job)


def attach(store: Store, context: Context, letter_id: str, number: str) -> Handled:
    """Assign a shelved letter (as a message), or one message of a letter, to a request.

    ``number`` may be a letter of ours (O12): then the shelved letter reports its bounce.
    """
    kind, row_id = parsed(letter_id)
    ours = parsed(number) if number.strip().upper().startswith("O") else None
    letter = _masked(store, context, row_id) if kind == "I" else None

    def job(connection: Connection) -> Handled:
        if ours is not None:
            if letter is None:
                raise LocalFault(sentence("attach-no-report", letter=letter_id))
            shelved = _on_the_shelf(connection, row_id)
            return returned.came_back(connection, shelved, ours[1], letter.report, context)
        transaction = transaction_of(connection, number)
        if letter is not None and letter.is_report:
            raise returned.no_message(connection, row_id, transaction)
        if letter is not None:
            event_id = _as_message(connection, row_id, letter, transaction, context)
        elif kind == "E":
            event_id, event = row_id, _shelved_event(connection, row_id)
            _fits(event, transaction, number)
            events.todo_again(connection, event, transaction.id)
        else:
            raise LocalFault(sentence("attach-ours", letter=letter_id))
        outcome = steps.step(connection, event_id, context, attached=True)
        return Handled(f"{kind}{row_id}", "done", _moved(letter_id, outcome), number, outcome.words)

    return store.write(job)


def hold(store: Store, letter_id: str) -> Handled:
    """Keep a letter that has not left from being sent, until it is redelivered."""
    kind, number = parsed(letter_id)
    if kind != "O":
        raise LocalFault(sentence("not-ours", letter=letter_id))

    def job(connection: Connection) -> Handled:
        row = _ours(connection, number)
        if row.state != "prepared":
            raise LocalFault(sentence("hold-state", number=number, state=Word("delivery", row.state)))
        outgoing.change(connection, number, state="held", last_error=stored(sentence("held-by-staff")))
        return Handled(f"O{number}", "held", sentence("is-held", number=number))

    return store.write(job)


def _release_letter(connection: Connection, number: int, symbol: str) -> Handled:
    row = letters.record(connection, number)
    if row is None or row.state not in letters.PLACEABLE:
        raise _nowhere(connection, f"I{number}")
    partner = symbol or row.partner
    if not partner and row.codec != form_letters.CODEC:
        raise LocalFault(sentence("release-whose", number=number))
    letters.again(connection, number, proof=RELEASED, partner=partner)
    if not partner:
        return Handled(f"I{number}", "todo", sentence("read-again-form", number=number))
    return Handled(f"I{number}", "todo", sentence("read-again-as", number=number, partner=partner))


def _reading(store: Store, context: Context, number: int) -> LetterReading | None:
    """Read a letter of an unknown sender, before the store is held; None for others."""
    with store.read() as connection:
        row = letters.load(connection, number)
    if row is None or row.state not in letters.PLACEABLE or row.partner:
        return None
    reading = read(row, context, lambda _name: None)  # staff vouch for it: no DNS query
    return reading if reading.unproven else None


def _release_strangers(connection: Connection, reading: LetterReading, context: Context) -> Handled:
    """Release a letter of a confirmed library, as one of the partner who forwarded the request to it."""
    name, sender = f"I{reading.inbox_id}", reading.letter.sender
    transaction = forwarded_senders.claimed_transaction(connection, reading, context)
    if transaction is not None:
        _release_letter(connection, reading.inbox_id, transaction.partner)
        said = sentence("read-again-at", name=name, library=transaction.symbol, sender=sender)
        return Handled(name, "todo", said)
    for waits in partner_addresses.passed_on_to(connection, sender):
        raise LocalFault(
            sentence(
                "release-unconfirmed",
                name=name,
                sender=sender,
                partner=waits.partner,
                library=waits.symbol,
            ),
            (f"mailproc partners --confirm A{waits.id}", f"mailproc partners --forget A{waits.id}"),
        )
    return _release_letter(connection, reading.inbox_id, "")


def _moved(letter_id: str, outcome: StepOutcome) -> Sentence:
    """Return a sentence: the letter is attached, and how the status changed."""
    if not outcome.after or outcome.after == outcome.before:
        return sentence("attached-stays", letter=letter_id, state=_term(outcome.after or outcome.before))
    return sentence("attached", letter=letter_id, before=_term(outcome.before), after=_term(outcome.after))


def _term(state: str) -> Word | str:
    return term_word(state) if state else ""


def _release_message(connection: Connection, number: int) -> Handled:
    events.todo_again(connection, _shelved_event(connection, number))
    return Handled(f"E{number}", "todo", sentence("tried-again", letter=f"E{number}"))


def _fits(event: Event, transaction: Transaction, number: str) -> None:
    """Refuse a borrower's message where we borrow, or a lender's where we lend."""
    ours, heard = transaction.role, ApduType.__members__.get(event.type)
    if (heard.said_by if heard else Role.RESPONDER) is ours:
        code = "attach-not-said-lender" if ours is Role.RESPONDER else "attach-not-said-borrower"
        raise LocalFault(sentence(code, event=event.type, number=number))


def _shelved_event(connection: Connection, number: int) -> Event:
    event = events.load(connection, number)
    if event is None or event.state not in letters.PLACEABLE:
        raise _nowhere(connection, f"E{number}")
    if event.type == "UNREADABLE":
        raise LocalFault(
            sentence("message-unreadable", number=number),
            (f"mailproc letter E{number}", f"mailproc dismiss E{number}"),
        )
    return event


def _nowhere(connection: Connection, name: str) -> LocalFault:
    return not_on_the_shelf(connection, name, "not-on-shelf-nor-away")


@dataclass(frozen=True)
class _Masked:
    """What is kept of an attached letter; read before the store is held, as its bytes never change."""

    message_id: str
    subject: str
    note: str
    is_report: bool  # of a mail system, about a letter
    report: str  # what it says of that letter


def _masked(store: Store, context: Context, inbox_id: int) -> _Masked:
    with store.read() as connection:
        _on_the_shelf(connection, inbox_id)
        row = letters.load(connection, inbox_id)
    if row is None:
        raise LookupError(f"I{inbox_id} has gone")
    letter = with_envelope(received.letter(context.registry.mask(bytes(row.raw)), row.door), row)
    bounce = read_bounce(letter)
    note = f"{letter.subject}\n{readable(letter)}".strip()[:LONGEST_NOTE]
    return _Masked(
        letter.message_id[:250],
        letter.subject[:250],
        note or "(no text)",
        bounce is not None,
        bounce.text if bounce else "",
    )


def _on_the_shelf(connection: Connection, inbox_id: int) -> InboxRecord:
    row = letters.record(connection, inbox_id)
    if row is None or row.state not in letters.PLACEABLE:
        raise _nowhere(connection, f"I{inbox_id}")
    return row


def _as_message(
    connection: Connection, inbox_id: int, letter: _Masked, transaction: Transaction, context: Context
) -> int:
    """Store the whole letter as a Message of the partner, with its text in the history."""
    was, partner = _on_the_shelf(connection, inbox_id).state, transaction.partner
    event = NewEvent(
        cause="letter",
        type="MESSAGE",
        at=context.clock(),
        apdu=apdu_json.to_json(Message(note=letter.note)),
        inbox_id=inbox_id,
        partner=partner,
        transaction_id=transaction.id,
        facts={events.BY_HAND: True},
    )
    found = {"message_id": letter.message_id, "subject": letter.subject, "partner": partner}
    letters.settle(
        connection, inbox_id, "done", was, note=stored(sentence("attached-by-staff")), proof=RELEASED, **found
    )
    return events.add(connection, event)


def _ours(connection: Connection, number: int) -> OutgoingRecord:
    row = outgoing.record(connection, number)
    if row is None:
        raise LocalFault(sentence("no-letter", name=f"O{number}"))
    return row
