"""Tell our own staff how to act when they answer a letter that mailproc wrote to them: nobody reads answers.

One letter for each answer, under the ceiling of letters to staff, and always to the address in config.toml,
whoever wrote. A machine is never answered, nor an answer to this very letter: no loop can begin.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.notify_staff import ATTENTION
from mailproc.flow.reading.letter_reading import OF_STAFF, LetterReading
from mailproc.flow.reading.writing import Writing
from mailproc.ill.attention import Reason
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.automatic import may_be_answered
from mailproc.sentence import Sentence, sentence
from mailproc.store import events, letters, outgoing, traces
from mailproc.store.events import NewEvent
from mailproc.store.intent_bodies import NoticeToStaff, StaffFacts
from mailproc.store.rows import Intent

MOST_ANSWERED = 10
LONGEST_WORDS = 2_000


@dataclass(frozen=True)
class StaffReply:
    """An answer of our staff: the sender as it is recorded, and what is noted."""

    taken_from: str
    done: Sentence


def settled(
    connection: Connection, reading: LetterReading, writing: Writing, context: Context
) -> StaffReply | None:
    """Take the letter if our staff answer one of ours to them; None if it is something else."""
    sender = ascii_lower(reading.letter.sender)
    if not _is_of_the_house(sender, context) or letters.ours(connection, [reading.letter.message_id]):
        return None
    told = _told(connection, writing)
    if not told:
        return None
    taken_from, answered = (OF_STAFF + sender)[:250], f"O{told[0].outgoing_id}"
    earlier = letters.earlier_copy(
        connection, taken_from, reading.digest, reading.letter.message_id[:250], reading.content_digest
    )
    reasons = [reason for one in told for reason in one.notice.facts.get("reasons", ())]
    if earlier or Reason.STAFF_ANSWERED in reasons or not may_be_answered(reading.letter):
        return StaffReply("", sentence("answered-by-staff-quietly", letter=answered))
    _tell_how(connection, reading, writing, told[0], reasons)
    return StaffReply(taken_from, sentence("answered-by-staff", letter=answered))


def _is_of_the_house(sender: str, context: Context) -> bool:
    """Return whether the address is of our domain, or of that of our staff. It proves nothing."""
    library = context.config.library
    ours = {ascii_lower(one).rpartition("@")[2] for one in (library.email, library.staff) if one}
    return sender.rpartition("@")[2] in ours


@dataclass(frozen=True)
class _Told:
    """A notice to staff, and the letter that it was in."""

    intent: Intent
    notice: NoticeToStaff
    outgoing_id: int


def _told(connection: Connection, writing: Writing) -> list[_Told]:
    """Return the notices to staff in the letters that are answered, and in those before them."""
    ours = letters.ours(connection, [*writing.answers, *reversed(writing.thread)][:MOST_ANSWERED])
    return [
        _Told(intent, intent.body, outgoing_id)
        for outgoing_id in ours
        for intent in outgoing.intents_of(connection, outgoing_id)
        if isinstance(intent.body, NoticeToStaff)
    ]


def _tell_how(
    connection: Connection, reading: LetterReading, writing: Writing, told: _Told, reasons: list[str]
) -> None:
    facts: StaffFacts = {
        "reasons": [Reason.STAFF_ANSWERED, *dict.fromkeys(reasons)],
        "letter": f"I{reading.inbox_id}",
        "words": writing.own[:LONGEST_WORDS],
    }
    event = NewEvent(
        cause="letter", type="STAFF_ANSWERED", at=reading.received_at, inbox_id=reading.inbox_id, state="done"
    )
    outgoing.add_intent(
        connection,
        NoticeToStaff(ATTENTION, facts),
        event_id=events.add(connection, event),
        seq=0,
        trace=traces.of_letter(reading.inbox_id),
        partner=told.intent.partner,
        request_id=told.intent.request_id,
        transaction_id=told.intent.transaction_id,
    )
