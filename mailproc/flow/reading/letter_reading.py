"""The first half of intake: what a letter says and who brought it. Pure: no store.

Whatever a letter's bytes are, the answer is a ``LetterReading``; nothing is thrown at the station.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from mailproc.config import Partner
from mailproc.errors import Misconfigured, RemoteFault, TryLater
from mailproc.flow.context import Context
from mailproc.flow.partners import Sender, account, is_of_one
from mailproc.flow.reading import bounced_letters, sender_proof
from mailproc.flow.reading.event_columns import described
from mailproc.flow.reading.sender_proof import Evidence, Proven
from mailproc.ill.attention import Reason
from mailproc.ill.size_limits import bounded, too_long_name
from mailproc.mail.addresses import ascii_lower
from mailproc.mail.bounce import Bounce
from mailproc.mail.bounce import read as read_bounce
from mailproc.mail.channel import of_door
from mailproc.mail.letter import Letter
from mailproc.mail.own_letters import own_ids
from mailproc.mail.parse import parse
from mailproc.protocols.codec import Codec, Credentials, Decoded, Fault
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store.rows import InboxLetter

if TYPE_CHECKING:  # as in proving
    from mailproc.proof.dkim import KeySource

_log = logging.getLogger(__name__)

RELEASED = "released"
"""The ``proof`` of a letter that staff released from the shelf."""
BOUNCE = "<>"
LEARNED = "learned"
"""The ``proof`` of a letter of a library that config.toml does not know and staff have confirmed."""

MOST_MESSAGES = 20_000
"""Of one letter: all of them are written down in one commit, for which everybody waits
(up to 0.3 ms each, whatever they name: 6 s)."""


@dataclass(frozen=True)
class LetterReading:
    """``refused``: why the letter goes on the shelf, '' if it does not. ``alarm``: tell staff.

    ``sharers``: the partners who write from this address, where only the store can tell whose it is;
    ``partner`` is None then. ``proofs``: by which each partner who may have sent it is proven, by symbol.
    ``otherwise``: why it goes on the shelf if no number in it is ours. ``later``: why it cannot be said yet
    who sent it; then ``partner`` is who is said to be, and nothing else is known.
    ``unproven``: nobody's whom config.toml knows. ``decoded`` of a letter without proof: what its protocol
    makes of it all the same.
    ``own_ids``: where we sent one of them, this is our own letter. ``file_key``: alike for like order files.
    ``described``: what each APDU of ``decoded`` is as an event (described.py).
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
    marks: bounced_letters.Marks = field(
        default_factory=bounced_letters.Marks
    )  # of a bounce: what may name its letter
    proofs: Mapping[str, Proven] = field(default_factory=dict)
    later: str = ""
    evidence: Evidence | None = None  # of nobody's letter
    own_ids: frozenset[str] = frozenset()
    described: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    file_key: str = ""


def read(row: InboxLetter, context: Context, keys: "KeySource | None" = None) -> LetterReading:
    """What the inbox row's letter says; ``keys`` None: those of ``context``. A bug in a reader shelves the
    letter, with a traceback; so does a mistake in a site's tables, with its sentence."""
    reading = LetterReading(row.id, row.digest, row.received_at, Letter(b""))
    try:
        letter = with_envelope(parse(bytes(row.raw)), row)
        reading = replace(reading, letter=letter, content_digest=letter.content_digest())
        return _read(reading, row, context, keys)
    except TryLater as unanswered:  # DNS is away: whoever sent it may be proven in a while
        claimants = context.partners.claimed_by(_sender(row, reading.letter))
        return replace(reading, later=str(unanswered), partner=_only(claimants))
    except RemoteFault as fault:  # so large that nobody can say what it is
        return replace(reading, refused=fault.said, alarm=Reason.UNREADABLE)
    except Misconfigured as fault:  # a table of the site's own, which only this letter puts to the test
        _log.error("I%s could not be read: %s", row.id, fault)
        return replace(reading, refused=fault.said, alarm=Reason.UNREADABLE)
    except Exception as error:  # any bytes at all may come: a bug in a reader must harm one letter only
        _log.exception("I%s could not be read", row.id)
        return replace(reading, refused=sentence("program-fault-reading", error=type(error).__name__))


def with_envelope(letter: Letter, row: InboxLetter) -> Letter:
    """Where the envelope itself is known, a Return-Path in the letter is whoever's word."""
    if not of_door(row.door).envelope:
        return letter
    return replace(letter, return_path=ascii_lower(row.mail_from))


def proven_sender(reading: LetterReading) -> str:
    """Who is proven to speak in the letter: a partner's symbol, the address of a library that staff
    confirmed (``adoption``), "<>" and where it came back to of a bounce, whose effect is the same whoever
    brings it; '' of nobody.
    """
    if reading.bounce is not None:
        return " ".join((BOUNCE, *reading.marks.addresses))[:250]
    if reading.refused or not reading.proof:
        return ""
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
    codec = context.registry.recognise(letter)
    sender = _sender(row, letter)
    released = row.proof == RELEASED
    claimants = _vouched_for(row, context) if released else context.partners.claimed_by(sender)
    found = replace(reading, codec=codec.name if codec else "", partner=_only(claimants))
    likely = codec or (context.registry.perhaps(letter) if claimants else None)
    if likely is None:  # whoever sent it: no proof is looked at
        return _nobodys(found, claimants)
    evidence = Evidence(sender, bytes(row.raw), row.received_at, context, keys)
    found = replace(found, proofs=_proofs(claimants, evidence, context, released=released))
    proven = tuple(one for one in claimants if found.proofs[one.symbol].by)
    if codec is None:
        return _perhaps(_nobodys(found, claimants), likely, proven)
    if not proven:
        strange = _as_said(replace(found, refused=_unproven(found), alarm=Reason.UNPROVEN), codec)
        return strange if claimants else _of_nobody(strange, evidence)
    return _decoded(found, codec, proven)


def _vouched_for(row: InboxLetter, context: Context) -> tuple[Partner, ...]:
    """Whom staff named when they released the letter, or who was known before."""
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


def _nobodys(found: LetterReading, claimants: tuple[Partner, ...]) -> LetterReading:
    """A partner's letter that no machine reads is for a person, the same day."""
    automatic = found.letter.auto_submitted.startswith("auto-replied")
    why = sentence("automatic-reply" if automatic else "no-protocol")
    return replace(found, refused=why, alarm=Reason.IN_WORDS if claimants and not automatic else None)


def _as_said(strange: LetterReading, codec: Codec) -> LetterReading:
    """With what its protocol makes of it, whoever sent it: staff are told which requests it names."""
    try:
        return replace(strange, decoded=_bounded(codec.decode(strange.letter)))
    except (RemoteFault, Misconfigured):
        return strange


def _of_nobody(strange: LetterReading, evidence: Evidence) -> LetterReading:
    """A letter of nobody's may be of a library that staff have confirmed (``adoption``), where its envelope
    says so too."""
    return replace(strange, unproven=is_of_one(evidence.sender), evidence=evidence)


def _perhaps(nobodys: LetterReading, codec: Codec, proven: tuple[Partner, ...]) -> LetterReading:
    """A letter that only its sender makes a message, if it names a request of ours; else nobody's."""
    speakers = tuple(one for one in proven if one.codec == codec.name)
    if not speakers:
        return nobodys
    said = replace(nobodys, codec=codec.name, refused="")
    return replace(_decoded(said, codec, speakers), otherwise=nobodys.refused)


def _unproven(found: LetterReading) -> Sentence:
    return proves_nothing(found) if found.proofs else unproven(found.letter.sender)


def unproven(sender: str) -> Sentence:
    """Why a letter of ``sender`` lies on the shelf, where that is nobody's address."""
    return sentence("unproven", sender=sender or "(none)")


def proves_nothing(found: LetterReading) -> Sentence:
    """The same where it is a partner's address, with what was tried."""
    proofs = sender_proof.told(found.proofs)
    return sentence("unproven-because", sender=found.letter.sender or "(none)", proofs=proofs)


def _only(partners: tuple[Partner, ...]) -> Partner | None:
    return partners[0] if len(partners) == 1 else None


def _decoded(reading: LetterReading, codec: Codec, partners: tuple[Partner, ...]) -> LetterReading:
    """``partners``: who it may be, each of them proven."""
    reading = replace(reading, partner=_only(partners), proof=reading.proofs[partners[0].symbol].by)
    try:
        decoded = _bounded(codec.decode(reading.letter))
    except RemoteFault as fault:
        return replace(reading, refused=fault.said, alarm=Reason.UNREADABLE)
    if (said := decoded.credentials) is not None:
        names = " or ".join(one.symbol for one in partners)
        partners = tuple(one for one in partners if _admits(one, said))
        if not partners:
            why = sentence("code-not-theirs", code=said.customer_code, partners=names)
            return replace(reading, refused=why, alarm=Reason.FILE_REFUSED)
    if not (decoded.apdus or decoded.unsure or decoded.faults or said):
        return replace(reading, refused=sentence("not-readable"), alarm=Reason.UNREADABLE)
    if (many := len(decoded.apdus) + len(decoded.unsure) + len(decoded.faults)) > MOST_MESSAGES:
        why = sentence("too-many-messages", count=many, most=MOST_MESSAGES)
        return replace(reading, refused=why, alarm=Reason.UNREADABLE)
    whose, by = _only(partners), reading.proofs[partners[0].symbol].by
    key = _file_key(decoded) if said else ""
    sharers = () if whose else partners
    columns = described((*decoded.apdus, *decoded.unsure))
    reading = replace(reading, decoded=decoded, described=columns)
    return replace(reading, partner=whose, proof=by, sharers=sharers, file_key=key)


def _bounded(decoded: Decoded) -> Decoded:
    """What is worked on from here: no field of it is longer than what anybody reads, and no name longer than
    the store takes. (A codec that can answer has refused such names itself.)"""
    refused = [Fault(None, why) for said in (*decoded.apdus, *decoded.unsure) if (why := too_long_name(said))]
    apdus, unsure = (
        tuple(bounded(one) for one in said if not too_long_name(one))
        for said in (decoded.apdus, decoded.unsure)
    )
    return replace(decoded, apdus=apdus, unsure=unsure, faults=(*decoded.faults, *refused))


def _file_key(decoded: Decoded) -> str:
    said = decoded.credentials or Credentials("", "")
    whole = repr((said.customer_code, said.file_ref, decoded.apdus, decoded.faults))
    return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _admits(partner: Partner, said: Credentials) -> bool:
    """Customer code and password of a customer's account, compared in constant time.

    Where the layout has no password, the code alone must be one of the sender's.
    """
    known = account(partner, "in", said.customer_code)
    if said.password is None:
        return known is not None
    password = known.password.get_secret_value() if known else "no account of this code"
    same = compare_digest(password.encode(), said.password.encode())
    return same and known is not None


def _sender(row: InboxLetter, letter: Letter) -> Sender:
    """The envelope is known (SMTP), or may be (by hand), or is the server's Return-Path (a mailbox)."""
    envelope: str | None
    channel = of_door(row.door)
    if channel.envelope:
        envelope = row.mail_from
    elif channel.vouched:
        envelope = row.mail_from or None
    else:
        envelope = letter.return_path
    envelope = ascii_lower(envelope) if envelope else envelope
    return Sender(row.door, envelope, letter.sender, row.peer, row.login)
