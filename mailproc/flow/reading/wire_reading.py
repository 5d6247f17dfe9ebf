"""Read a bare message that came by a socket: what it says, and whether its speaker is proven.

There is no sender beside the message. Who speaks stands in it, and the connection must prove that: the
address from which it came is one of that partner's networks, its certificate is that partner's, or it came
back on a connection that we had opened to that partner. Nobody's address is learnt from a message.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from mailproc.config import Partner
from mailproc.errors import Misconfigured, RemoteFault
from mailproc.flow.context import Context
from mailproc.flow.partners import is_library
from mailproc.flow.reading import bounded_messages
from mailproc.flow.reading.event_columns import described
from mailproc.flow.reading.letter_reading import RELEASED, LetterReading
from mailproc.flow.reading.sender_proof import Proven, inside
from mailproc.ill.apdu import Apdu, ForwardNotification
from mailproc.ill.attention import Reason
from mailproc.ill.terms import Role
from mailproc.mail import apdu_stream, received
from mailproc.mail.channel import APDU, of_door
from mailproc.mail.letter import Letter
from mailproc.sentence import Part, sentence
from mailproc.store.rows import InboxLetter

_log = logging.getLogger(__name__)

_NOT_WHOLE: Mapping[str, Callable[[bytes], str]] = {APDU: apdu_stream.why_not_whole}
"""By media type: why octets are no whole message, as the code of a sentence."""


def read(row: InboxLetter, context: Context) -> LetterReading:
    """Read the message of an inbox row. Whatever the bytes are, nothing is raised (as ``letter_reading``)."""
    reading = LetterReading(row.id, row.digest, row.received_at, Letter(b""))
    try:
        letter = replace(received.letter(bytes(row.raw), row.door), sender=row.peer)
        reading = replace(reading, letter=letter, content_digest=letter.content_digest())
        return _read(reading, row, context)
    except (RemoteFault, Misconfigured) as fault:
        return _by_line(_unreadable(reading, fault.said), row, context)
    except Exception as error:  # any bytes may come: a bug in a reader must affect one message only
        _log.exception("I%s could not be read", row.id)
        return replace(reading, refused=sentence("program-fault-reading", error=type(error).__name__))


def _read(reading: LetterReading, row: InboxLetter, context: Context) -> LetterReading:
    not_whole = _NOT_WHOLE.get(of_door(row.door).message)
    if not_whole is not None and (code := not_whole(reading.letter.raw)):
        return _by_line(_unreadable(reading, sentence(code)), row, context)
    codec = context.registry.recognise(reading.letter)
    if codec is None:
        return _by_line(_unreadable(reading, sentence("no-protocol")), row, context)
    decoded = bounded_messages.bounded(codec.decode(reading.letter))
    columns = described(decoded.apdus)
    reading = replace(reading, codec=codec.name, decoded=decoded, described=columns)
    if row.proof == RELEASED:
        return _believed(reading, context.partners.get(row.partner), Proven(RELEASED))
    symbols = [one for one in (speaker(apdu, context) for apdu in decoded.apdus) if one]
    return _of(symbols[0], reading, row, context) if symbols else _of_the_line(reading, row, context)


def speaker(apdu: Apdu, context: Context) -> str:
    """Return the symbol of who says this; '' if the message does not tell.

    Both parties are optional in the module. A type that either side says is the other side's of ours.
    """
    if isinstance(apdu, ForwardNotification):  # its responder is the library that has the request now
        return apdu.intermediary or ""
    named = apdu.transaction
    borrower = apdu.requester or (named.initial_requester if named else "") or ""
    by = apdu.type.said_by
    if by is None:
        ours = is_library(borrower, context.config.library)
        by = Role.RESPONDER if ours else Role.REQUESTER
    return borrower if by is Role.REQUESTER else apdu.responder or ""


def _of(symbol: str, reading: LetterReading, row: InboxLetter, context: Context) -> LetterReading:
    """Believe the partner that the message names, if the connection proves it."""
    if is_library(symbol, context.config.library):
        return replace(reading, refused=sentence("wire-own-message", symbol=symbol), alarm=Reason.UNPROVEN)
    partner = context.partners.get(symbol)
    if partner is None:
        who = sentence("wire-no-partner", symbol=symbol, sender=_line(row))
        return replace(reading, refused=who, alarm=Reason.UNPROVEN)
    proven = _proven(partner, row)
    if not proven.by:
        why = sentence("unproven-because", sender=f"{symbol} ({_line(row)})", proofs=proven.reasons)
        reading = replace(reading, partner=partner, proofs={partner.symbol: proven})
        return replace(reading, refused=why, alarm=Reason.UNPROVEN)
    return _believed(reading, partner, proven)


def _of_the_line(reading: LetterReading, row: InboxLetter, context: Context) -> LetterReading:
    """Where the message does not tell who speaks, believe the only partner who may be at this line."""
    here = _at_line(row, context)
    if len(here) == 1:
        ((partner, proven),) = here
        return _believed(reading, partner, proven)
    names = ", ".join(partner.symbol for partner, _ in here) or sentence("wire-nobody")
    why = sentence("wire-no-speaker", sender=_line(row), partners=names)
    return replace(reading, refused=why, alarm=Reason.UNPROVEN)


def _by_line(reading: LetterReading, row: InboxLetter, context: Context) -> LetterReading:
    """Add the partner of what cannot be read at all, for staff: nobody is answered."""
    here = _at_line(row, context)
    if len(here) != 1:
        return reading
    ((partner, proven),) = here
    return replace(reading, partner=partner, proof=proven.by)


def _at_line(row: InboxLetter, context: Context) -> list[tuple[Partner, Proven]]:
    found = ((one, _proven(one, row)) for one in context.partners)
    return [(partner, proven) for partner, proven in found if proven.by]


def _believed(reading: LetterReading, partner: Partner | None, proven: Proven) -> LetterReading:
    if partner is None:
        return replace(reading, refused=sentence("partner-not-configured"), alarm=Reason.UNPROVEN)
    return replace(reading, partner=partner, proof=proven.by, proofs={partner.symbol: proven})


def _proven(partner: Partner, row: InboxLetter) -> Proven:
    """Return what of this connection proves the partner."""
    if of_door(row.door).called:
        called = row.login == partner.symbol
        return Proven("called") if called else _failed("called", sentence("proof-not-called"))
    if not inside(row.peer, partner.tcp.networks):
        return _failed("network", sentence("proof-not-in-networks", peer=row.peer))
    if not partner.tcp.certificate:
        return Proven("network")
    shown = row.login == fingerprint(partner.tcp.certificate)
    return Proven("certificate") if shown else _failed("certificate", sentence("proof-other-certificate"))


def fingerprint(written: str) -> str:
    """Return the SHA-256 of a certificate in one spelling: OpenSSL writes colons and capitals."""
    return written.replace(":", "").lower()


def _failed(proof: str, why: Part) -> Proven:
    return Proven("", (sentence("proof-failed", proof=proof, why=why),))


def _line(row: InboxLetter) -> str:
    return row.peer or row.login


def _unreadable(reading: LetterReading, why: Part) -> LetterReading:
    return replace(reading, refused=why, alarm=Reason.UNREADABLE)
