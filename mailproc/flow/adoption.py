"""Letters of a library that config.toml does not know, but to which a partner passed our request on.

Its letters are taken where they come from the address that the Forward-Notification named, and only
for the transactions that were passed on to it.
"""

from dataclasses import replace

from sqlalchemy import Connection

from mailproc.flow.ends import ANSWERS_FROM, answers_under
from mailproc.flow.partners import ascii_lower
from mailproc.flow.premises import Premises
from mailproc.flow.reading import LEARNED, Reading
from mailproc.ill.apdu import Apdu
from mailproc.store import transactions


def of(connection: Connection, reading: Reading, premises: Premises) -> Reading | None:
    """The letter as one of the partner who passed the request on; None where it is a stranger's."""
    if not reading.unproven or reading.partner is not None:
        return None
    said = reading.decoded.apdus
    partners = {_passed_on_by(connection, reading.letter.sender, apdu) for apdu in said}
    partner = premises.partners.get(partners.pop() or "") if len(partners) == 1 else None
    if partner is None:
        return None
    return replace(reading, partner=partner, proof=LEARNED, refused="", alarm="")


def _passed_on_by(connection: Connection, sender: str, apdu: Apdu) -> str | None:
    if apdu.transaction is None:
        return None
    under = answers_under(apdu.transaction)
    row = transactions.find(connection, ascii_lower(sender), ANSWERS_FROM, under)
    if row is None or row["transaction_id"] is None:
        return None
    return str(transactions.load(connection, row["transaction_id"])["partner"])
