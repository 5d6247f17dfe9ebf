"""The result of placing a letter's messages, and how the next event is added to it."""

from dataclasses import dataclass, field

from mailproc.flow.reading import documents
from mailproc.flow.reading.event_columns import UNREADABLE, EventColumns, as_columns
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill.apdu import Apdu
from mailproc.ill.facts import Facts
from mailproc.mail.channel import HTTP
from mailproc.protocols.codec import Fault
from mailproc.sentence import Sentence, stored
from mailproc.store.events import NewEvent


@dataclass
class Placement:
    """The result of placing a letter's messages.

    ``events``: the events in order, without those that are written already; ``count``: how many there are in
    all. ``not_ours``: numbers that are not ours. ``placed``: how many have their
    request; ``read``: how many look for it, or begin it, when their step is taken; ``elsewhere``: how many
    are about another partner's request; ``old``: how many tell what we know. ``faults``: what could not be
    read, or must wait for staff.
    ``unknown``: why shelved messages match nothing, if staff must look. ``rejected``: rejections of unknown
    files. ``answers``: what the partner's protocol answers to faults. ``held``: letters of ours that the
    partner rejects, with its words. ``numbers``: of the messages that are being placed; ``owners``: their
    owners, filled at the first number that is not the sender's.
    """

    events: list[NewEvent] = field(default_factory=list)
    count: int = 0
    not_ours: list[str] = field(default_factory=list)
    placed: int = 0
    read: int = 0
    elsewhere: int = 0
    old: int = 0
    faults: list[Fault] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    answers: list[Apdu] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    owners: dict[str, str] | None = None


def add_unknown(placement: Placement, reading: LetterReading, apdu: Apdu, why: Sentence) -> None:
    placement.unknown.append(str(why))
    add_event(placement, reading, apdu, shelved=stored(why))


def add_event(
    placement: Placement,
    reading: LetterReading,
    apdu: Apdu | None,
    *,
    facts: Facts | None = None,
    transaction_id: int | None = None,
    shelved: str | None = None,
    columns: EventColumns = UNREADABLE,
    act: str = "",
) -> None:
    """Add the next event of the letter. ``shelved``: why it is shelved; None if its step is due.

    ``columns``: of an event without an APDU. ``act``: the action of ours that the message is.
    """
    said = columns if apdu is None else reading.described.get(id(apdu)) or as_columns(apdu)
    if act:
        said = {**said, "type": act}
    if reading.documents and apdu is not None:
        facts = {**(facts or {}), **documents.facts_of(reading.documents, reading.named, reading.decoded)}
    placement.events.append(
        NewEvent(
            **said,
            cause="staff" if act else "letter",
            door=HTTP if act else "",
            at=reading.received_at,
            inbox_id=reading.inbox_id,
            position=placement.count,
            partner=reading.partner.symbol if reading.partner else "",
            transaction_id=transaction_id,
            facts=facts,
            state="todo" if shelved is None else "shelved",
            last_error=shelved or "",
        )
    )
    placement.count += 1
