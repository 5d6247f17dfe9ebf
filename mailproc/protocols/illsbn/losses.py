"""What a message of ours means and its document does not say, or says otherwise than it was meant."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailproc.config_illsbn import PartnerIllsbn
from mailproc.errors import LocalFault
from mailproc.ill.apdu import (
    Apdu,
    Damaged,
    IllAnswer,
    IllRequest,
    Overdue,
    Returned,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.protocols.codec import Held, NotTold
from mailproc.protocols.illsbn import note_words, reading, writing
from mailproc.protocols.illsbn.message_fields import KINDS
from mailproc.protocols.illsbn.text import tidy
from mailproc.protocols.lost_fields import MOST_WORDS, Compared
from mailproc.sentence import Sentence, sentence

_ANY_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  # times in an APDU have no zone

_IN_NOTE: dict[type[Apdu], frozenset[str]] = {
    IllAnswer: frozenset({"results", "reason", "position", "retry_on", "conditions", "locations"}),
    Shipped: frozenset({"shipped_conditions", "supplier", "insured_for", "return_insurance", "due"}),
    Returned: frozenset({"returned_via", "insured_for"}),
    Overdue: frozenset({"level"}),
    Damaged: frozenset({"damaged_details"}),
}
"""Fields that the note says in words, where the document has no element for them."""


def not_told(apdu: Apdu, settings: PartnerIllsbn) -> tuple[NotTold, ...]:
    """Return each field that is lost, with its words. () of what cannot be written: it is held, with a reason
    of its own."""
    if isinstance(apdu, StatusOrErrorReport):
        return ()  # nobody of ours writes it
    meant = replace(apdu, sent_at=apdu.sent_at or _ANY_TIME)
    try:
        read = reading.apdu(apdu.type, writing.tree(meant, writing.BothLibraries(settings=settings)))
    except LocalFault:
        return ()
    elsewhere = _IN_NOTE.get(type(apdu), frozenset())
    return (*_of_request(apdu), *Compared(apdu, read, tidy).lost(elsewhere))


def _of_request(apdu: Apdu) -> Iterator[NotTold]:
    if isinstance(apdu, IllRequest) and apdu.item.lines and not apdu.item.title:
        yield NotTold("item.lines", " / ".join(apdu.item.lines)[:MOST_WORDS])


def altered(index: int, apdu: Apdu, settings: PartnerIllsbn) -> tuple[Held, ...]:
    """Return what goes out otherwise than it was meant, for staff to see."""
    return tuple(Held(index, field, why) for field, why in _altered(apdu, settings))


def _altered(apdu: Apdu, settings: PartnerIllsbn) -> Iterator[tuple[str, Sentence]]:
    if isinstance(apdu, IllAnswer) and apdu.results not in settings.answers:
        yield "results", sentence("sbn-as-unfilled", answer=str(apdu.results))
    said = note_words.with_words(apdu.note, note_words.of(apdu))
    if KINDS[apdu.type].note and len(said) > settings.note_length:
        yield "note", sentence("sbn-note-cut", most=settings.note_length)
    if isinstance(apdu, IllRequest) and apdu.keywords:
        yield "keywords", sentence("sbn-no-place", words=", ".join(apdu.keywords))
