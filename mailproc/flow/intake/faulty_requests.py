"""What could not be read of a letter, in the history of the request that it is about."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.matching.transaction_lookup import find
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill.apdu import Apdu, StatusQuery
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Ref
from mailproc.protocols.codec import Fault
from mailproc.store.rows import Transaction
from mailproc.store.text import storable

LONGEST_NOTE = 500
"""Characters, as many as a line of the history keeps."""


def facts_of(fault: Fault) -> Facts:
    """Return what the history says."""
    return {"text": storable(str(fault))[:LONGEST_NOTE]}


def request_of(
    connection: Connection, reading: LetterReading, fault: Fault, apdu: Apdu | None, context: Context
) -> Transaction | None:
    """Return the sender's request that a fault is about, if we know it: its history says so too."""
    said = reading.decoded.credentials
    if apdu is None and fault.number:
        apdu = StatusQuery(ref=Ref(said.customer_code if said else "", fault.number))
    if reading.partner is None or apdu is None:
        return None
    return find(connection, reading.partner.symbol, apdu, context)
