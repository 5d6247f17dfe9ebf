"""Read a letter: what it says, and who is proven to have sent it. Pure: no store.

The first half of intake. Whatever the bytes are, the result is a ``LetterReading``; nothing is raised.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mailproc.config import Partner
from mailproc.errors import Misconfigured, RemoteFault, TryLater
from mailproc.flow.context import Context
from mailproc.flow.partners import is_of_one
from mailproc.flow.reading import (
    bounced_letters,
    bounded_messages,
    documents,
    order_file,
    second_hand,
    sender_proof,
)
from mailproc.flow.reading.envelope import sender_of, with_envelope
from mailproc.flow.reading.event_columns import EventColumns, described
from mailproc.flow.reading.form_letters import FormLetter, of_form
from mailproc.flow.reading.named_numbers import NamedNumbers, named_in
from mailproc.flow.reading.sender_proof import Evidence, Proven
from mailproc.flow.reading.writing import Writing, writing_of
from mailproc.ill.attention import Reason
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.automatic import is_automatic
from mailproc.mail.bounce import Bounce
from mailproc.mail.bounce import read as read_bounce
from mailproc.mail.letter import Letter
from mailproc.mail.own_letters import own_ids
from mailproc.mail.parse import parse
from mailproc.protocols.codec import Codec, Decoded
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store.rows import InboxLetter

if TYPE_CHECKING:  # loaded where a signature is verified
    from mailproc.proof.dkim import KeySource

_log = logging.getLogger(__name__)

RELEASED = "released"
"""The ``proof`` of a letter that staff have released from the shelf."""
BOUNCE = "<>"
OF_READER = "reader "
"""Begins the sender of a reader's letter, before the address, which proves nothing."""
OF_STAFF = "staff "
"""Begins the sender of an answer by our own staff."""
OF_FORM = "form "
"""Begins the sender of a form's letter, before the form's name."""
OF_MACHINE = "automatic "
"""Begins the sender of an automatic note. A server on the way can make a letter one, so it is no earlier
copy of the letter as it was written."""
LEARNED = "learned"
"""The ``proof`` of a letter from a library that is not in config.toml and that staff have confirmed."""

MOST_MESSAGES = 20_000
"""Messages in one letter, all of which are held in memory until they are written."""


@dataclass(frozen=True)
class LetterReading:
    """The result of reading one inbox row.

    ``refused``: why the letter is shelved, '' if it is not. ``alarm``: the reason to inform staff.
    ``sharers``: the partners that share this address, if only the store can tell which of them wrote; then
    ``partner`` is None. ``proofs``: the proof that held for each partner who may have sent it, by symbol.
    ``otherwise``: why it is shelved if it names no request of ours. ``later``: why the sender cannot be
    checked yet; then ``partner`` is the claimed sender, and nothing else is known. ``unproven``: the sender
    is in no partner's ``accepts_from``. ``decoded`` is filled without proof too. ``marks``: of a bounce, what
    may name the letter it is about. ``evidence``: of an unknown sender's letter. ``own_ids``: Message-IDs; if
    we sent one of them, this is our own letter. ``file_key``: equal for equal order files. ``described``: the
    event columns of each APDU of ``decoded`` (``event_columns.described``). ``writing``: of a letter that no
    protocol reads, what people wrote in it; ``speakers``: the partners who are proven to have sent that.
    ``documents``: how many of them came, with the texts beside them (``documents.count``); ``named``: then,
    what in the letter may name a request. ``second_hand``: why the messages are not taken as the partner's
    own (``second_hand.why``), unless staff release the letter. ``form``: of a letter of a form, what it says.
    ``answers``: the letter of ours to which the hub answered at once; 0 for what comes by itself.
    """

    inbox_id: int
    digest: str
    received_at: datetime
    letter: Letter
    content_digest: str = ""
    bounce: Bounce | None = None
    codec: str = ""
    partner: Partner | None = None
    sharers: tuple[Partner, ...] = ()
    proof: str = ""
    decoded: Decoded = field(default_factory=Decoded)
    refused: Part = ""
    alarm: Reason | None = None
    otherwise: Part = ""
    unproven: bool = False
    marks: bounced_letters.Marks = field(default_factory=bounced_letters.Marks)
    proofs: Mapping[str, Proven] = field(default_factory=dict)
    later: Part = ""
    evidence: Evidence | None = None
    own_ids: frozenset[str] = frozenset()
    described: Mapping[int, EventColumns] = field(default_factory=dict)
    documents: int = 0
    named: NamedNumbers = field(default_factory=NamedNumbers)
    file_key: str = ""
    writing: Writing | None = None
    speakers: tuple[Partner, ...] = ()
    second_hand: Part = ""
    form: FormLetter | None = None
    answers: int = 0

    @property
    def is_in_words(self) -> bool:
        """Whether no protocol claims the letter; else what a protocol refused is told as it says."""
        return self.alarm not in (Reason.UNREADABLE, Reason.FILE_REFUSED)


def came(reading: LetterReading) -> dict[str, str]:
    """By what a line of the log names the letter as its sender does."""
    return {"sender": reading.letter.sender, "message_id": reading.letter.message_id}


def read(row: InboxLetter, context: Context, keys: "KeySource | None" = None) -> LetterReading:
    """Read the letter of an inbox row; ``keys`` None means the DNS keys of ``context``.

    A bug in a reader shelves the letter and logs a traceback; a mistake in a site's tables shelves it with
    its sentence.
    """
    reading = LetterReading(row.id, row.digest, row.received_at, Letter(b""))
    try:
        letter = with_envelope(parse(bytes(row.raw)), row)
        came = documents.count(letter, context)
        reading = replace(reading, letter=letter, content_digest=letter.content_digest(), documents=came)
        if came:
            reading = replace(reading, named=named_in(letter))
        return _read(reading, row, context, keys)
    except TryLater as unanswered:  # DNS does not answer: the sender may be proven later
        claimants = context.partners.claimed_by(sender_of(row, reading.letter))
        return replace(reading, later=unanswered.said, partner=_only(claimants))
    except RemoteFault as fault:  # too large to be read
        return replace(reading, refused=fault.said, alarm=Reason.UNREADABLE)
    except Misconfigured as fault:  # a mistake in a site's own table that shows with this letter only
        _log.error("I%s could not be read: %s", row.id, fault)
        return replace(reading, refused=fault.said, alarm=Reason.UNREADABLE)
    except Exception as error:  # any bytes may come: a bug in a reader must affect one letter only
        _log.exception("I%s could not be read", row.id)
        return replace(reading, refused=sentence("program-fault-reading", error=type(error).__name__))


def proven_sender(reading: LetterReading) -> str:
    """Return who is proven to have sent the letter, '' if nobody.

    It is a partner's symbol, or the address of a library that staff have confirmed (``forwarded_senders``).
    For a bounce it is "<>" and the address it came back to: the effect of a bounce does not depend on who
    brings it.
    """
    if reading.bounce is not None:
        return " ".join((BOUNCE, *reading.marks.addresses))[:250]
    if reading.refused or not reading.proof:
        return ""
    if reading.form is not None:
        return (OF_FORM + reading.form.form.name)[:250]
    if reading.proof == LEARNED:
        return ascii_lower(reading.letter.sender)
    return reading.partner.symbol if reading.partner else ""


def _read(
    reading: LetterReading, row: InboxLetter, context: Context, keys: "KeySource | None"
) -> LetterReading:
    letter = reading.letter
    bounce = read_bounce(letter)
    if bounce is not None:
        return replace(reading, bounce=bounce, marks=bounced_letters.marks(row.rcpt_to, letter))
    reading = replace(reading, own_ids=own_ids(letter, context.addresses))
    sender = sender_of(row, letter)
    released = row.proof == RELEASED
    claimants = _vouched_for(row, context) if released else context.partners.claimed_by(sender)
    evidence = Evidence(sender, bytes(row.raw), row.received_at, context, keys)
    found, by_hand = replace(reading, partner=_only(claimants)), Proven(RELEASED) if released else None
    if not claimants and (form := of_form(found, evidence, context, by_hand, alone=True)):
        return form  # before any protocol looks at it: a form's letter has a limit of its own
    codec, too_much = _recognised(letter, context)
    found = replace(found, codec=codec.name if codec else "")
    if codec is None and claimants and (form := of_form(found, evidence, context, by_hand, alone=False)):
        return form
    if codec is None and not claimants:  # a reader, or a stranger: no proof is needed
        people = _of_people(_without_protocol(found, claimants), ())
        return replace(people, refused=too_much, alarm=Reason.UNREADABLE) if too_much else people
    found = replace(found, proofs=_proofs(claimants, evidence, context, released=released))
    proven = tuple(one for one in claimants if found.proofs[one.symbol].by)
    if codec is None:
        if proven and (report := _in_an_automatic_reply(found, context, proven)):
            return report
        people = _of_people(_without_protocol(found, claimants), proven)
        if too_much:
            return replace(people, refused=too_much, alarm=Reason.UNREADABLE)
        if not proven:
            return replace(people, refused=_unproven(found))
        return _decoded_if_ours(people, context.registry.perhaps(letter), proven)
    if not proven:
        strange = replace(found, refused=_unproven(found), alarm=Reason.UNPROVEN)
        strange = _decoded_without_proof(strange, codec)
        return strange if claimants else _from_unknown_sender(strange, evidence)
    return _said(found, codec, proven)


def _said(found: LetterReading, codec: Codec, proven: tuple[Partner, ...]) -> LetterReading:
    letter = found.letter
    said = _decoded(found, codec, proven)
    if documents.brings_a_link(said.decoded):  # for people: never a status
        said = replace(said, refused=sentence("document-at-link"), alarm=Reason.DOCUMENT_LINK)
    answers = said.refused and (letter.in_reply_to or letter.references)
    return _of_people(said, proven) if answers or said.alarm is Reason.DOCUMENT_LINK else said


def _in_an_automatic_reply(
    found: LetterReading, context: Context, proven: tuple[Partner, ...]
) -> LetterReading | None:
    """Read the report in what calls itself an automatic reply; None if there is none.

    It is second-hand: nobody has read what an autoresponder answers.
    """
    report = second_hand.as_from_a_person(found.letter, context)
    if report is None:
        return None
    plain, codec = report
    said = _said(replace(found, codec=codec.name, letter=plain), codec, proven)
    if said.decoded.credentials is not None or (said.refused and said.alarm is not Reason.DOCUMENT_LINK):
        return None
    return replace(said, letter=found.letter, second_hand=sentence("report-automatic"))


def _recognised(letter: Letter, context: Context) -> tuple[Codec | None, Part]:
    """Return the codec that recognises the letter, and why none can: it is too long for a protocol."""
    try:
        return context.registry.recognise(letter), ""
    except RemoteFault as fault:
        return None, fault.said


def _of_people(found: LetterReading, proven: tuple[Partner, ...]) -> LetterReading:
    """Add what people wrote in it; of what a protocol could not read, they may have answered a letter.

    What it answers tells the request, and a signature may leave that out: so it belongs to what makes two
    letters the same.
    """
    if not found.letter.sender:
        return found
    by = found.proofs[proven[0].symbol].by if proven else ""
    digest = found.letter.answer_digest(found.content_digest)
    return replace(found, writing=writing_of(found.letter), speakers=proven, proof=by, content_digest=digest)


def _vouched_for(row: InboxLetter, context: Context) -> tuple[Partner, ...]:
    """Return the partner that staff named when they released the letter, or that was known before."""
    partner = context.partners.get(row.partner) if row.partner else None
    return (partner,) if partner else ()


def _proofs(
    claimants: tuple[Partner, ...], evidence: Evidence, context: Context, *, released: bool
) -> dict[str, Proven]:
    if released:
        return {one.symbol: Proven(RELEASED) for one in claimants}
    return {
        one.symbol: sender_proof.proven(one, context.config.proofs_of(one), evidence) for one in claimants
    }


def _without_protocol(found: LetterReading, claimants: tuple[Partner, ...]) -> LetterReading:
    """Refuse a letter that no protocol reads; staff see a partner's the same day."""
    automatic = is_automatic(found.letter)
    why = sentence("automatic-reply" if automatic else "no-protocol")
    return replace(found, refused=why, alarm=Reason.IN_WORDS if claimants and not automatic else None)


def _decoded_without_proof(strange: LetterReading, codec: Codec) -> LetterReading:
    """Decode a letter without proof all the same, so that staff can be told which requests it names."""
    try:
        return replace(strange, decoded=bounded_messages.bounded(codec.decode(strange.letter)))
    except (RemoteFault, Misconfigured):
        return strange


def _from_unknown_sender(strange: LetterReading, evidence: Evidence) -> LetterReading:
    """Keep the evidence: the sender may be a library that staff have confirmed (``forwarded_senders``)."""
    return replace(strange, unproven=is_of_one(evidence.sender), evidence=evidence)


def _decoded_if_ours(
    nobodys: LetterReading, codec: Codec | None, proven: tuple[Partner, ...]
) -> LetterReading:
    """Decode a letter that is a message only because of its sender, and only if it names a request of
    ours."""
    speakers = tuple(one for one in proven if codec is not None and one.codec == codec.name)
    if codec is None or not speakers:
        return nobodys
    said = replace(nobodys, codec=codec.name, refused="")
    return replace(_decoded(said, codec, speakers), otherwise=nobodys.refused)


def _unproven(found: LetterReading) -> Sentence:
    return proves_nothing(found) if found.proofs else unproven(found.letter.sender)


def unproven(sender: str) -> Sentence:
    """Return why a letter of ``sender`` is shelved, if no partner has that address."""
    return sentence("unproven", sender=sender or sentence("sender-none"))


def proves_nothing(found: LetterReading) -> Sentence:
    """Return why a letter from a partner's address is shelved, with the proofs that were tried."""
    sender = found.letter.sender or sentence("sender-none")
    return sentence("unproven-because", sender=sender, proofs=sender_proof.reasons_of(found.proofs))


def _only(partners: tuple[Partner, ...]) -> Partner | None:
    return partners[0] if len(partners) == 1 else None


def _decoded(reading: LetterReading, codec: Codec, partners: tuple[Partner, ...]) -> LetterReading:
    """Decode the letter. ``partners``: those who may have sent it, each of them proven."""
    reading = replace(reading, partner=_only(partners), proof=reading.proofs[partners[0].symbol].by)
    try:
        decoded = bounded_messages.bounded(codec.decode(reading.letter))
    except RemoteFault as fault:
        return replace(reading, refused=fault.said, alarm=Reason.UNREADABLE)
    if (said := decoded.credentials) is not None:
        names = " or ".join(one.symbol for one in partners)
        partners = tuple(one for one in partners if order_file.admits(one, said))
        if not partners:
            why = sentence("code-not-theirs", code=said.customer_code, partners=names)
            return replace(reading, refused=why, alarm=Reason.FILE_REFUSED)
    if not (decoded.apdus or decoded.placed or decoded.unsure or decoded.faults or said):
        return replace(reading, refused=sentence("not-readable"), alarm=Reason.UNREADABLE)
    if (many := len(decoded.apdus) + len(decoded.unsure) + len(decoded.faults)) > MOST_MESSAGES:
        why = sentence("too-many-messages", count=many, most=MOST_MESSAGES)
        return replace(reading, refused=why, alarm=Reason.UNREADABLE)
    whose, by = _only(partners), reading.proofs[partners[0].symbol].by
    key = order_file.file_key(decoded) if said else ""
    sharers = () if whose else partners
    columns = described((*decoded.apdus, *decoded.unsure))
    reading = replace(reading, decoded=decoded, described=columns)
    heard = second_hand.why(reading.letter, codec, decoded)
    return replace(reading, partner=whose, proof=by, sharers=sharers, file_key=key, second_hand=heard)
