"""Letters from an address that several partners share: a letter is of the one whom its words name.

Such partners are of one house, or send through one gateway. A customer code with its password has
told already (reading); else the numbers of the letter tell, or the symbols of those who speak.
"""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.flow.context import Context
from mailproc.flow.matching import transaction_lookup
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill.apdu import Apdu
from mailproc.ill.attention import Reason
from mailproc.ill.terms import ApduType
from mailproc.store import transactions


def settled(connection: Connection, reading: LetterReading, context: Context) -> LetterReading:
    """The reading with its partner; refused where the letter names none of those who share the address,
    or more than one. A letter whose partner is known, or which is refused, stays as it is."""
    if not reading.sharers or reading.refused:
        return reading
    said = (*reading.decoded.apdus, *reading.decoded.unsure)
    named = {one.symbol: one for apdu in said for one in _named(connection, reading.sharers, apdu, context)}
    if len(named) == 1:
        (partner,) = named.values()
        return replace(reading, partner=partner, proof=reading.proofs[partner.symbol].by, sharers=())
    which = "none of their requests" if not named else f"requests of {' and '.join(sorted(named))}"
    names = " and ".join(one.symbol for one in reading.sharers)
    why = f"{names} write from one address, and the letter names {which}: release it with --partner SYMBOL"
    return replace(reading, refused=why, alarm=Reason.SHELVED)


def _named(
    connection: Connection, sharers: tuple[Partner, ...], apdu: Apdu, context: Context
) -> Iterator[Partner]:
    """Those of ``sharers`` to whom ``apdu`` belongs."""
    file_ref = apdu.ref.file_ref if apdu.ref and not apdu.ref.number else ""
    for partner in sharers:
        if (
            _asks(apdu, partner, context)
            or transaction_lookup.find(connection, partner.symbol, apdu, context) is not None
            or (file_ref and transactions.find(connection, partner.symbol, "file_ref", file_ref) is not None)
        ):
            yield partner


def _asks(apdu: Apdu, partner: Partner, context: Context) -> bool:
    """A new request bears its borrower's symbol, where the wire has symbols."""
    if apdu.type is not ApduType.ILL_REQUEST or apdu.transaction is None:
        return False
    asking = context.partners.get(apdu.requester or apdu.transaction.initial_requester or "")
    return asking is not None and asking.symbol == partner.symbol
