"""Letters of a library that config.toml does not know, but to which a partner passed our request on.

Its letters are taken where envelope and From are the address that the Forward-Notification named, and only
for the transactions that were passed on to it. config.toml cannot say how such a library is proven: its
domain's signature or our relay's word must prove it, unless the partner who passed the request on is
believed without a proof.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from mailproc.config import Partner, ProofName
from mailproc.errors import TryLater
from mailproc.flow.context import Context
from mailproc.flow.matching.unconfirmed import ANSWERS_FROM, answers_under
from mailproc.flow.reading import sender_proof
from mailproc.flow.reading.letter_reading import LEARNED, RELEASED, LetterReading, proves_nothing
from mailproc.ill.apdu import Apdu
from mailproc.mail.addresses import ascii_lower
from mailproc.store import transactions
from mailproc.store.engine import Store
from mailproc.store.rows import Transaction


def proven(store: Store, reading: LetterReading, context: Context) -> LetterReading:
    """The reading with what proves its sender, where it speaks of what was passed on to it. Before the
    write: DNS may be asked."""
    if not reading.unproven or reading.evidence is None:
        return reading
    with store.read() as connection:
        partner = _passed_on_by(connection, reading, context)
    if partner is None:
        return reading
    try:
        found = sender_proof.proven(partner, proofs_of(partner, context), reading.evidence)
    except TryLater as unanswered:
        return replace(reading, later=str(unanswered))
    return replace(reading, proofs={partner.symbol: found})


def of(connection: Connection, reading: LetterReading, context: Context) -> LetterReading | None:
    """The letter as one of the partner who passed the request on; None where it is a stranger's, or where a
    partner speaks for itself."""
    vouched = reading.proof == RELEASED and not reading.refused
    if not (reading.unproven or vouched):
        return None
    partner = _passed_on_by(connection, reading, context)
    if partner is None:
        return None
    if vouched:
        return replace(reading, unproven=True) if partner == reading.partner else None
    if partner.symbol not in reading.proofs:
        return replace(reading, later="its sender was confirmed a moment ago")
    if not reading.proofs[partner.symbol].by:
        return replace(reading, refused=proves_nothing(reading))
    return replace(reading, partner=partner, proof=LEARNED, refused="", alarm=None)


def whose(connection: Connection, reading: LetterReading, context: Context) -> Transaction | None:
    """The transaction in which a letter of nobody's speaks for the library that has the request now; None
    where it is a stranger's. Its sender is not proven by that."""
    if not reading.unproven or _passed_on_by(connection, reading, context) is None:
        return None
    return _transaction_of(connection, ascii_lower(reading.letter.sender), reading.decoded.apdus[0])


def proofs_of(partner: Partner, context: Context) -> tuple[ProofName, ...]:
    """By which a library is proven to which ``partner`` passed a request on; "none": it need not be."""
    if "none" in context.config.proofs_of(partner):
        return ("none",)
    return ("dmarc", "dkim") if context.config.proof.authserv_id else ("dkim",)


def _passed_on_by(connection: Connection, reading: LetterReading, context: Context) -> Partner | None:
    """The one partner who passed on to the sender everything that its letter is about."""
    sender, found = ascii_lower(reading.letter.sender), ""
    for apdu in _one_of_each(reading.decoded.apdus):
        transaction = _transaction_of(connection, sender, apdu)
        if transaction is None or transaction.partner != (found or transaction.partner):
            return None  # at the first that is not of them: a stranger's letter costs one look
        found = transaction.partner
    return context.partners.get(found) if found else None


def _one_of_each(said: Sequence[Apdu]) -> Iterable[Apdu]:
    """One message for each transaction of which the letter speaks."""
    return {apdu.transaction: apdu for apdu in said}.values()


def _transaction_of(connection: Connection, sender: str, apdu: Apdu) -> Transaction | None:
    """That of ``apdu``, if it was passed on to ``sender``, and staff have confirmed it."""
    if apdu.transaction is None:
        return None
    under = answers_under(apdu.transaction)
    row = transactions.find(connection, sender, ANSWERS_FROM, under)
    if row is None or row.transaction_id is None:
        return None
    return transactions.load(connection, row.transaction_id)
