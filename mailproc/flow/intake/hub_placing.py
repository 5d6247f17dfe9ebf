"""Place what a hub brings: it belongs to a transaction that the hub's number names, or begins one."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.intake import hub_messages
from mailproc.flow.intake.placement import Placement, add_event, add_unknown
from mailproc.flow.reading.letter_reading import LetterReading
from mailproc.ill.apdu import Apdu
from mailproc.ill.facts import Facts
from mailproc.ill.terms import Role
from mailproc.sentence import sentence


def placed(
    connection: Connection, reading: LetterReading, apdu: Apdu, placement: Placement, context: Context
) -> bool:
    """Add an event for what the hub brings: the partner's message, or an act of ours in the hub's pages.

    False for a borrower's message about an order that is not here yet: it is placed as any other.
    """
    meant = hub_messages.meant(connection, reading, apdu, context)
    known = meant.transaction.id if meant.transaction is not None else None
    if meant.old:
        placement.old += 1
    elif meant.act:
        placement.placed += 1
        done: Facts = {"elsewhere": True}
        add_event(placement, reading, meant.apdu, facts=done, transaction_id=known, act=meant.act)
    elif known is not None:
        placement.placed += 1
        add_event(placement, reading, meant.apdu, transaction_id=known)
    elif meant.apdu.type.said_by is Role.REQUESTER and not hub_messages.is_ours(meant.apdu, context):
        return False
    else:
        number = meant.apdu.ref.number if meant.apdu.ref else ""
        add_unknown(placement, reading, meant.apdu, sentence("hub-number-unknown", number=number))
    return True
