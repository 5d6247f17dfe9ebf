"""Read what the hub brings: a document that it posted, or its answer to what we had posted.

There is no sender beside a document. Our door has let in nobody but the hub (its networks, and the secret in
its path), and an answer came on a connection that we had opened. So the hub is believed; the library behind
it stands in the document, and must be a partner that we reach by it.
"""

import logging
from dataclasses import replace

from mailproc.config import Partner
from mailproc.errors import Misconfigured, RemoteFault
from mailproc.flow.context import Context
from mailproc.flow.partners import is_library
from mailproc.flow.reading import bounded_messages
from mailproc.flow.reading.event_columns import described
from mailproc.flow.reading.letter_reading import RELEASED, LetterReading
from mailproc.flow.reading.sender_proof import Proven
from mailproc.ill.apdu import Apdu
from mailproc.ill.attention import Reason
from mailproc.mail import received
from mailproc.mail.letter import Letter
from mailproc.protocols.codec import Fault
from mailproc.sentence import sentence
from mailproc.store.rows import InboxLetter

_log = logging.getLogger(__name__)

HUB = "hub"
"""The ``proof`` of what the hub has brought."""


def read(row: InboxLetter, context: Context) -> LetterReading:
    """Read the document of an inbox row. Whatever its bytes are, nothing is raised."""
    reading = LetterReading(row.id, row.digest, row.received_at, Letter(b""))
    try:
        letter = replace(received.letter(bytes(row.raw), row.door), sender=row.peer)
        answered = _letter_of_ours(row.rcpt_to)
        reading = replace(reading, letter=letter, content_digest=letter.content_digest(), answers=answered)
        return _read(reading, row, context)
    except (RemoteFault, Misconfigured) as fault:
        return replace(reading, refused=fault.said, alarm=Reason.UNREADABLE)
    except Exception as error:  # any bytes may come: a bug in a reader must affect one document only
        _log.exception("I%s could not be read", row.id)
        return replace(reading, refused=sentence("program-fault-reading", error=type(error).__name__))


def _letter_of_ours(name: str) -> int:
    """Return the letter O12 that an answer answers; 0 for what answers none."""
    return int(name[1:]) if name[:1] == "O" and name[1:].isdecimal() else 0


def _read(reading: LetterReading, row: InboxLetter, context: Context) -> LetterReading:
    codec = context.registry.recognise(reading.letter)
    if codec is None or not codec.by_hub:
        return replace(reading, refused=sentence("no-protocol"), alarm=Reason.UNREADABLE)
    decoded = bounded_messages.bounded(codec.decode(reading.letter))
    reading = replace(reading, codec=codec.name, decoded=decoded)
    symbol = next((one for one in (_other(apdu, context) for apdu in decoded.apdus) if one), row.login)
    if row.proof == RELEASED:
        symbol = row.partner
    if not symbol:
        why = sentence("hub-nothing-of-ours") if decoded.apdus else sentence("not-readable")
        return replace(reading, refused=why, alarm=Reason.UNREADABLE)
    partner = context.partners.get(symbol)
    if partner is None or partner.codec != codec.name:
        return replace(reading, refused=sentence("hub-no-partner", symbol=symbol), alarm=Reason.UNPROVEN)
    by = Proven(RELEASED if row.proof == RELEASED else HUB)
    reading = replace(reading, partner=partner, proof=by.by, proofs={partner.symbol: by})
    return _of_one(reading, partner, context)


def _other(apdu: Apdu, context: Context) -> str:
    """Return the other library of a message, '' if we are neither side, or both."""
    borrower, lender = apdu.requester or "", apdu.responder or ""
    library = context.config.library
    borrowing, lending = is_library(borrower, library), is_library(lender, library)
    if borrowing == lending:
        return ""
    return lender if borrowing else borrower


def _of_one(reading: LetterReading, partner: Partner, context: Context) -> LetterReading:
    """Keep the messages that are about this partner; name the others as not read."""
    kept, faults = list[Apdu](), list(reading.decoded.faults)
    for apdu in reading.decoded.apdus:
        other = _other(apdu, context)
        named = apdu.requester or apdu.responder
        if (not named and reading.answers) or context.partners.get(other) is partner:
            kept.append(apdu)
        else:
            text = f"{apdu.type.name} was not read: it is between {apdu.requester} and {apdu.responder}"
            faults.append(Fault(None, text))
    decoded = replace(reading.decoded, apdus=tuple(kept), faults=tuple(faults))
    if not (kept or faults):
        return replace(reading, decoded=decoded, refused=sentence("not-readable"), alarm=Reason.UNREADABLE)
    return replace(reading, decoded=decoded, described=described(decoded.apdus))
