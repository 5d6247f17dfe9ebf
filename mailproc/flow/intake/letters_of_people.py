"""Settle a letter that people wrote: it becomes a line in the history of the one request that it is about.

A proven partner's letter becomes a Message of the partner. A reader's address proves nothing, so a reader's
letter is a note that moves no state, and there is a limit on how many are taken. What an autoresponder wrote
is a note without attention. An answer to a letter of ours from an address that is nobody's is shelved, and
staff hear of it under the limit for strangers. Nothing is answered from here but our own staff
(``staff_replies``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.flow.context import Context
from mailproc.flow.intake import letter_home, staff_replies
from mailproc.flow.intake.letter_home import Match
from mailproc.flow.reading.letter_reading import OF_MACHINE, OF_READER, LetterReading
from mailproc.flow.reading.writing import Writing
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Message
from mailproc.ill.attention import Reason
from mailproc.ill.events import AUTOMATIC_REPLY, READER_WROTE
from mailproc.ill.facts import Facts
from mailproc.mail.addresses import ascii_lower
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store import alarms, events, letters, named_requests
from mailproc.store.events import NewEvent
from mailproc.store.named_requests import NamedTransaction

READER_REMEMBERED = timedelta(days=90)
"""How long after its end a reader's request may still be written about."""
READERS_A_DAY = 10
"""Letters a day that are taken as one reader's about one request: anybody can write that address."""
FROM_READER = "wrote-as-reader"
"""The kind of alarm that counts them."""
FROM_READERS_MACHINE = "wrote-as-machine"
"""The same for automatic replies: they must not use up what the reader may write."""
MOST_NAMED = 10
NO_WORDS = "(no words of their own)"


@dataclass(frozen=True)
class Settled:
    """What becomes of the letter.

    ``done``: what to note, if it is taken; then ``taken_from`` is its sender. Otherwise ``why`` it is
    shelved, and the ``alarm`` for staff.
    """

    done: Part = ""
    taken_from: str = ""
    partner: Partner | None = None
    why: Part = ""
    alarm: Reason | None = None


def settled(connection: Connection, reading: LetterReading, context: Context) -> Settled | None:
    """Take the letter, or say why it is shelved; None if it is not of people whom we know."""
    writing = reading.writing
    if writing is None:
        return None
    reply = staff_replies.settled(connection, reading, writing, context)
    if reply is not None:
        return Settled(reply.done, reply.taken_from)
    of_partner = _of_partner(connection, reading, writing) if reading.speakers else None
    if of_partner is not None and of_partner.done:
        return of_partner
    known = _of_reader(connection, reading, writing, context) or of_partner
    return known or _of_stranger(connection, reading, writing, context)


def _of_partner(connection: Connection, reading: LetterReading, writing: Writing) -> Settled:
    symbols = [one.symbol for one in reading.speakers]
    match = letter_home.of_partners(connection, writing, symbols)
    if match.found is None:
        alarm = reading.alarm if _is_link(reading) else None if writing.automatic else Reason.IN_WORDS
        return Settled(why=_why_not(match, " or ".join(symbols), writing), alarm=alarm)
    partner = _writer(match.found, reading)
    of_machine = writing.automatic and not _brings_link(reading, writing)
    sender = OF_MACHINE + partner.symbol if of_machine else partner.symbol
    if copy_of := _earlier_copy(connection, reading, sender):
        return Settled(sentence("same-letter", letter=f"I{copy_of}"), partner=partner)
    event = _automatic(reading, match.found) if of_machine else _message(reading, match.found)
    _add(connection, event, reading, match, partner.symbol)
    return Settled(_taken(match.found), sender, partner)


def _writer(found: NamedTransaction, reading: LetterReading) -> Partner:
    """Return who of several partners with one address wrote: the one whose request it is."""
    own = next((one for one in reading.speakers if one.symbol == found.partner), None)
    return own or reading.speakers[0]


def _of_reader(
    connection: Connection, reading: LetterReading, writing: Writing, context: Context
) -> Settled | None:
    """Return None if no reader with an open or recent request has the sender's address."""
    address = ascii_lower(reading.letter.sender)
    now = context.clock()
    requests = named_requests.of_reader(connection, address, now - READER_REMEMBERED)
    if not requests:
        return None
    sender = ((OF_MACHINE if writing.automatic else "") + OF_READER + address)[:250]
    if copy_of := _earlier_copy(connection, reading, sender):
        return Settled(sentence("same-letter", letter=f"I{copy_of}"))
    match = letter_home.of_reader(connection, writing, requests)
    if match.found is None:
        return _readers_shelved(match, requests, writing)
    about = str(match.found.request_id)
    day = timedelta(days=1)
    kind = FROM_READERS_MACHINE if writing.automatic else FROM_READER
    turn = alarms.turn(connection, kind, about, now, most=READERS_A_DAY, within=day)
    if not turn.free:
        often = sentence("reader-wrote-often", number=match.found.number, most=READERS_A_DAY)
        return Settled(done=often) if writing.automatic else Settled(why=often)
    alarms.take(connection, turn, now)
    note = _automatic if writing.automatic else _note_of_reader
    _add(connection, note(reading, match.found), reading, match, "")
    return Settled(_taken(match.found), sender)


def _of_stranger(
    connection: Connection, reading: LetterReading, writing: Writing, context: Context
) -> Settled | None:
    """Return None unless it answers a letter of ours: somebody got that, and wrote from another address."""
    sender = ascii_lower(reading.letter.sender)
    if writing.automatic or reading.proofs or sender in context.addresses:
        return None
    about = named_requests.answered(connection, (*writing.answers, *writing.thread))
    if not about:
        return None
    why = sentence("unproven-answer", sender=sender or sentence("sender-none"), numbers=_numbers(about))
    return Settled(why=why, alarm=Reason.UNPROVEN)


def _earlier_copy(connection: Connection, reading: LetterReading, sender: str) -> int | None:
    message_id = reading.letter.message_id[:250]
    return letters.earlier_copy(connection, sender, reading.digest, message_id, reading.content_digest)


def _readers_shelved(match: Match, requests: list[NamedTransaction], writing: Writing) -> Settled:
    named = match.candidates or requests
    code = "reader-names-several" if match.candidates else "reader-names-none"
    why = sentence(code, numbers=_numbers(named))
    return Settled(why=why, alarm=None if writing.automatic else Reason.READER_IN_WORDS)


def _why_not(match: Match, symbols: str, writing: Writing) -> Sentence:
    if match.candidates:
        return sentence("words-name-several", partner=symbols, numbers=_numbers(match.candidates))
    if writing.automatic:
        return sentence("automatic-reply")
    if match.elsewhere:
        first = match.elsewhere[0]
        return sentence("words-name-anothers", number=first.written, owner=first.partner, partner=symbols)
    if unknown := ", ".join(writing.our_numbers[:MOST_NAMED]):
        return sentence("words-name-unknown", numbers=unknown, partner=symbols)
    return sentence("words-name-none", partner=symbols)


def _numbers(named: Sequence[NamedTransaction]) -> str:
    numbers = list(dict.fromkeys(one.number for one in named))
    return ", ".join(numbers[:MOST_NAMED]) + (", …" if len(numbers) > MOST_NAMED else "")


def _taken(found: NamedTransaction) -> Sentence:
    return sentence("words-taken", number=found.name)


def _is_link(reading: LetterReading) -> bool:
    """Return whether it says where a document waits: staff hear of each, whoever's machine wrote it."""
    return reading.alarm is Reason.DOCUMENT_LINK


def _brings_link(reading: LetterReading, writing: Writing) -> bool:
    """Return whether the letter, which names one request of ours, says where a document waits."""
    return _is_link(reading) or writing.offers_document


def _message(reading: LetterReading, found: NamedTransaction) -> NewEvent:
    said = Message(note=_words(reading))
    link = reading.writing is not None and _brings_link(reading, reading.writing)
    return NewEvent(
        cause="letter",
        type=said.type.name,
        at=reading.received_at,
        apdu=apdu_json.to_json(said),
        facts={"link": True} if link else None,
        transaction_id=found.id,
    )


def _note_of_reader(reading: LetterReading, found: NamedTransaction) -> NewEvent:
    facts: Facts = {"text": _words(reading)}
    return NewEvent(
        cause="letter", type=READER_WROTE, at=reading.received_at, facts=facts, transaction_id=found.id
    )


def _automatic(reading: LetterReading, found: NamedTransaction) -> NewEvent:
    facts: Facts = {"text": _words(reading)}
    return NewEvent(
        cause="letter", type=AUTOMATIC_REPLY, at=reading.received_at, facts=facts, transaction_id=found.id
    )


def _words(reading: LetterReading) -> str:
    return (reading.writing and reading.writing.own) or NO_WORDS


def _add(connection: Connection, event: NewEvent, reading: LetterReading, match: Match, partner: str) -> None:
    facts: Facts = {**(event.facts or {}), "matched_by": str(match.by or "")}
    if reading.documents:
        facts["documents"] = reading.documents
        found, writing = match.found, reading.writing
        if found and writing and letter_home.names_others(connection, writing, reading.named, found):
            facts["several"] = True
    events.add(
        connection, replace(event, inbox_id=reading.inbox_id, position=0, partner=partner, facts=facts)
    )
