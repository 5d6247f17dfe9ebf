"""Accept letters of a library that is not in config.toml, to which a partner forwarded our request.

They are accepted if envelope and From are the address that the Forward-Notification named, and only for the
transactions that were forwarded to it. config.toml says nothing of how to prove such a library: its domain's
signature or our relay must prove it, unless the partner that forwarded the request needs no proof.
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
from mailproc.sentence import sentence
from mailproc.store import transactions
from mailproc.store.engine import Store
from mailproc.store.rows import Transaction


def proven(store: Store, reading: LetterReading, context: Context) -> LetterReading:
    """Add what proves the sender, if the letter is about what was forwarded to it.

    Called before the write, because DNS may be asked.
    """
    if not reading.unproven or reading.evidence is None:
        return reading
    with store.read() as connection:
        partner = _forwarded_by(connection, reading, context)
    if partner is None:
        return reading
    try:
        found = sender_proof.proven(partner, proofs_of(partner, context), reading.evidence)
    except TryLater as unanswered:
        return replace(reading, later=unanswered.said)
    return replace(reading, proofs={partner.symbol: found})


def as_forwarded(connection: Connection, reading: LetterReading, context: Context) -> LetterReading | None:
    """Return the letter as one of the partner who forwarded the request.

    None if its sender is unknown, or a partner writes for itself.
    """
    vouched = reading.proof == RELEASED and not reading.refused
    if not (reading.unproven or vouched):
        return None
    partner = _forwarded_by(connection, reading, context)
    if partner is None:
        return None
    if vouched:
        return replace(reading, unproven=True) if partner == reading.partner else None
    if partner.symbol not in reading.proofs:
        return replace(reading, later=sentence("sender-confirmed-just-now"))
    if not reading.proofs[partner.symbol].by:
        return replace(reading, refused=proves_nothing(reading))
    return replace(reading, partner=partner, proof=LEARNED, refused="", alarm=None)


def claimed_transaction(
    connection: Connection, reading: LetterReading, context: Context
) -> Transaction | None:
    """Return the transaction in which an unproven letter claims to be from the library that has it now.

    None if its sender is unknown. This does not prove the sender.
    """
    if not reading.unproven or _forwarded_by(connection, reading, context) is None:
        return None
    return _transaction_of(connection, ascii_lower(reading.letter.sender), reading.decoded.apdus[0])


def proofs_of(partner: Partner, context: Context) -> tuple[ProofName, ...]:
    """Return the proofs for a library to which ``partner`` forwarded a request; "none" if none is needed."""
    if "none" in context.config.proofs_of(partner):
        return ("none",)
    return ("dmarc", "dkim") if context.config.proof.authserv_id else ("dkim",)


def _forwarded_by(connection: Connection, reading: LetterReading, context: Context) -> Partner | None:
    """Return the one partner who forwarded to the sender everything that its letter is about."""
    sender, found = ascii_lower(reading.letter.sender), ""
    for apdu in _one_of_each(reading.decoded.apdus):
        transaction = _transaction_of(connection, sender, apdu)
        if transaction is None or transaction.partner != (found or transaction.partner):
            return None  # at the first mismatch: an unknown sender's letter costs one query
        found = transaction.partner
    return context.partners.get(found) if found else None


def _one_of_each(said: Sequence[Apdu]) -> Iterable[Apdu]:
    """Return one message for each transaction that the letter names."""
    return {apdu.transaction: apdu for apdu in said}.values()


def _transaction_of(connection: Connection, sender: str, apdu: Apdu) -> Transaction | None:
    """Return the transaction of ``apdu``, if it was forwarded to ``sender`` and staff have confirmed that."""
    if apdu.transaction is None:
        return None
    under = answers_under(apdu.transaction)
    row = transactions.find(connection, sender, ANSWERS_FROM, under)
    if row is None or row.transaction_id is None:
        return None
    return transactions.load(connection, row.transaction_id)
