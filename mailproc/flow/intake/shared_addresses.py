"""Find the sender of a letter from an address that several partners share.

Such partners belong to one institution, or use one gateway. A customer code with its password has already
decided (``letter_reading``); otherwise the numbers in the letter decide, or the symbols of its parties.
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
    """Return the reading with its partner, or refused if the letter names none of the sharers, or several.

    A letter whose partner is known, or which is refused, is returned unchanged.
    """
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
    """Yield those of ``sharers`` to whom ``apdu`` belongs."""
    file_ref = apdu.ref.file_ref if apdu.ref and not apdu.ref.number else ""
    for partner in sharers:
        if (
            _asks(apdu, partner, context)
            or transaction_lookup.find(connection, partner.symbol, apdu, context) is not None
            or (file_ref and transactions.find(connection, partner.symbol, "file_ref", file_ref) is not None)
        ):
            yield partner


def _asks(apdu: Apdu, partner: Partner, context: Context) -> bool:
    """Return whether a new request names this partner as its borrower."""
    if apdu.type is not ApduType.ILL_REQUEST or apdu.transaction is None:
        return False
    asking = context.partners.get(apdu.requester or apdu.transaction.initial_requester or "")
    return asking is not None and asking.symbol == partner.symbol
