"""Letters of ours that staff send again, or know to have arrived: what that changes."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.flow.matching.unconfirmed import ANSWERS_FROM
from mailproc.ill.attention import Reason
from mailproc.mail.addresses import ascii_lower
from mailproc.store import outgoing, transactions, undelivered
from mailproc.store.rows import Intent, OutgoingRecord

RAISED_BY = {
    Reason.IN_DOUBT: "in_doubt",
    Reason.DELIVERY_FAILED: "shelved",
    Reason.BOUNCED: "bounced",
    Reason.FILE_REJECTED: "",
}
"""Reasons for attention, and the state of a letter that raises each; "" if no state of a letter does."""


def redeliver(connection: Connection, row: OutgoingRecord, *, arrived: bool) -> bool:
    """Send the same bytes again, or (``arrived``) take the letter as delivered, as staff decided.

    The letter waits, failed, bounced or is in doubt. False if the rest goes out in a new letter.
    """
    whole = arrived or goes_whole(connection, row)
    fresh = {"attempts": 0, "unfinished": 0, "not_before": None, "last_error": ""}
    outgoing.change(connection, row.id, state="handed_over" if arrived else "prepared", **fresh)
    settle_attention(connection, row.id)
    if not whole:
        outgoing.renew_letter(connection, row.id)
    return whole


def goes_whole(connection: Connection, row: OutgoingRecord) -> bool:
    """Return whether the letter can go again as it is: nothing was withdrawn, no address has changed."""
    intents = outgoing.intents_of(connection, row.id)
    return not (any(one.state == "withdrawn" for one in intents) or _is_elsewhere(connection, row, intents))


def settle_attention(connection: Connection, outgoing_id: int) -> None:
    """Clear the attention about the letter, which staff have handled, unless another letter of the same
    transaction still raises it."""
    for intent in outgoing.intents_of(connection, outgoing_id):
        if (transaction_id := intent.transaction_id) is not None:
            transactions.clear_attention(connection, transaction_id, over(connection, transaction_id))


def over(connection: Connection, transaction_id: int) -> list[Reason]:
    """Return the reasons of ``RAISED_BY`` that no letter of the transaction raises now."""
    still = undelivered.states_of(connection, transaction_id)
    return [reason for reason, state in RAISED_BY.items() if state not in still]


def _is_elsewhere(connection: Connection, row: OutgoingRecord, intents: Sequence[Intent]) -> bool:
    """Return whether letters to this partner about the same now go to another address."""
    asked = [one.transaction_id for one in intents if one.transaction_id is not None]
    if not row.partner or not asked:
        return False
    now = [transactions.load(connection, one) for one in dict.fromkeys(asked)]
    return all(
        one.partner == row.partner
        and not (one.options or {}).get(ANSWERS_FROM)
        and ascii_lower(one.address) != ascii_lower(row.rcpt_to)
        for one in now
    )
