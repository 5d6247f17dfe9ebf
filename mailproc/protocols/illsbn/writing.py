"""Turn the neutral APDU into a tree.

Three steps: the APDU's own fields, what it kept of a message that was read (``unmapped``), and what the hub
must have (``complete``).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from mailproc.config_illsbn import PartnerIllsbn
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, IllAnswer, IllRequest, Person
from mailproc.ill.terms import Results, Role, TransactionId
from mailproc.protocols.field_codec import Tree, put
from mailproc.protocols.illsbn import codes, institution_ids, note_words, reading, unmapped
from mailproc.protocols.illsbn.message_fields import KINDS, said
from mailproc.protocols.illsbn.text import NOTES
from mailproc.sentence import Part

_ANY_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  # times in an APDU have no zone


@dataclass(frozen=True)
class BothLibraries:
    """What must be known of both ends. ``role`` is ours."""

    role: Role = Role.REQUESTER
    ours: str = ""
    theirs: str = ""
    settings: PartnerIllsbn = field(default_factory=PartnerIllsbn)


NOBODY = BothLibraries()


def tree(apdu: Apdu, ends: BothLibraries = NOBODY) -> Tree:
    """Return the tree. Raise LocalFault that names what is missing, or the field that has no room."""
    if apdu.sent_at is None:
        raise LocalFault("sent_at: a message must say its time")
    apdu = _as_understood(apdu, ends.settings)
    how = KINDS[apdu.type]
    whole = said(apdu)
    if how.note and (note := note_words.fitted(apdu.note, note_words.of(apdu), ends.settings.note_length)):
        put(whole, tuple(how.note.split("/")), NOTES.write(note))
    unmapped.put_back(whole, apdu.extensions)
    if how.complete is not None:
        how.complete(apdu, whole)
    _name_parties(apdu, whole, ends)
    _national(apdu, whole, ends.settings)
    return whole


def _as_understood(apdu: Apdu, settings: PartnerIllsbn) -> Apdu:
    """Return an answer that their system does not understand as Unfilled, and a request with our number."""
    if isinstance(apdu, IllAnswer) and apdu.results not in settings.answers:
        note = note_words.with_words(apdu.note, note_words.of_result(apdu.results, apdu))
        return replace(apdu, results=Results.UNFILLED, note=note or None)
    if isinstance(apdu, IllRequest) and settings.client == "number" and apdu.transaction:
        number = our_number(apdu.transaction)
        return replace(apdu, patron=replace(apdu.patron or Person(), id=number or None))
    return apdu


def our_number(named: TransactionId) -> str:
    """Return our number of the transaction: by it a request is found again that has none of the hub."""
    return "-".join(filter(None, (named.tgq, named.tq)))


def _name_parties(apdu: Apdu, whole: Tree, ends: BothLibraries) -> None:
    """Name both libraries: ours as the hub knows it, the other as the message does."""
    named = {"Requester-Id": apdu.requester or "", "Responder-Id": apdu.responder or ""}
    ours, theirs = named if ends.role is Role.REQUESTER else reversed(named)
    named[ours] = ends.ours or named[ours]
    named[theirs] = named[theirs] or ends.theirs
    for element, symbol in named.items():
        if symbol:
            whole[element] = institution_ids.written(symbol, country=ends.settings.country)


def _national(apdu: Apdu, whole: Tree, settings: PartnerIllsbn) -> None:
    """Write the kind of loan that is agreed with this library, unless the message came with its own."""
    for attribute in ("@ILL-SERVICE-TYPE", "@shippedServiceType"):
        kept = any(entry.get("at") == attribute for entry in apdu.extensions)
        if whole.get(attribute) == codes.LOAN and not kept:
            whole[attribute] = settings.loan


def project(apdu: Apdu) -> Apdu:
    """Return what the wire carries of ``apdu`` to a library with the shipped settings.

    Raise LocalFault as ``tree`` does.
    """
    at = apdu.sent_at or _ANY_TIME
    back = reading.apdu(apdu.type, tree(replace(apdu, sent_at=at)))
    return replace(back, sent_at=apdu.sent_at and back.sent_at)


def refuses(apdu: Apdu, settings: PartnerIllsbn) -> Part:
    """Return why ``apdu`` cannot be expressed, as a sentence, or ''; time and number may still be missing."""
    try:
        tree(replace(apdu, sent_at=apdu.sent_at or _ANY_TIME), BothLibraries(settings=settings))
    except LocalFault as fault:
        return fault.said
    return ""
