"""Which transaction an event belongs to: by identity and reference, never by guessing."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from mailproc.errors import LocalFault, RemoteFault
from mailproc.flow import opening
from mailproc.flow.premises import Premises
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.terms import ApduType, Role
from mailproc.store import events, transactions

ASKED_OF_US = frozenset({"ILL_REQUEST", "CONDITIONAL_REPLY", "CANCEL", "RECEIVED", "RETURNED", "RENEW"})
"""APDUs that only a borrower says, so whoever hears one is the RESPONDER."""


def place(
    connection: Connection, event: RowMapping, apdu: Apdu | None, premises: Premises
) -> tuple[RowMapping, Apdu | None, Sequence[RowMapping]]:
    """The event's transaction (begun here if it begins one), and Cancels that came before it."""
    if event["transaction_id"] is not None:
        return transactions.load(connection, event["transaction_id"]), apdu, ()
    if event["type"] == "request":
        transaction, wanted = opening.ask(connection, event, premises)
        return transaction, wanted, ()
    if apdu is None:
        raise LocalFault(f"E{event['id']} belongs to no transaction.")
    known = find(connection, event["partner"], apdu)
    if known is not None:
        return known, apdu, ()
    if isinstance(apdu, IllRequest):
        cancels = _cancels_of(connection, event["partner"], apdu)
        return opening.accept(connection, event, apdu, premises), apdu, cancels
    raise RemoteFault(_unmatched(connection, event["partner"], apdu))


def _unmatched(connection: Connection, partner: str, apdu: Apdu) -> str:
    """Why nothing of ours matches; the right number from the wrong partner is named as that."""
    key = opening.identity_of(apdu, partner)
    owner = transactions.asked_by(connection, key.tgq)
    if owner and owner != partner:
        return f"{_named(apdu)}: {owner} asked this of us, but the letter comes from {partner}"
    return f"no transaction with {partner} matches {_named(apdu)}"


def _named(apdu: Apdu) -> str:
    number = apdu.ref.number if apdu.ref else ""
    if apdu.transaction is not None:
        number = f"{apdu.transaction.tgq}/{apdu.transaction.tq}"
    return f"{apdu.type.name} {number}".strip()


def find(connection: Connection, partner: str, apdu: Apdu) -> RowMapping | None:
    """The transaction that ``partner``'s APDU speaks of: by reference, never by guessing."""
    if apdu.type.name in ASKED_OF_US:
        return _asked_of_us(connection, partner, apdu)
    # Only a hub is both sides under one number; then a question is more likely the borrower's.
    if apdu.type is ApduType.STATUS_QUERY:
        return _asked_of_us(connection, partner, apdu) or _asked_by_us(connection, partner, apdu)
    return _asked_by_us(connection, partner, apdu) or _asked_of_us(connection, partner, apdu)


def _asked_by_us(connection: Connection, partner: str, apdu: Apdu) -> RowMapping | None:
    if apdu.ref is None:
        return None
    kind, value = ("number", apdu.ref.number) if apdu.ref.number else ("order_line", apdu.ref.order_line)
    row = transactions.find(connection, partner, kind, value.upper()) if value else None
    if row is None or row["transaction_id"] is None:
        return None
    return transactions.load(connection, row["transaction_id"])


def _asked_of_us(connection: Connection, partner: str, apdu: Apdu) -> RowMapping | None:
    key = opening.identity_of(apdu, partner)
    return transactions.by_key(connection, Role.RESPONDER, key.initial_requester, key.tgq, key.tq, key.stq)


def _cancels_of(connection: Connection, partner: str, wanted: IllRequest) -> list[RowMapping]:
    key = opening.identity_of(wanted, partner)
    waiting = events.waiting_cancels(connection, partner)
    return [row for row in waiting if opening.identity_of(apdu_json.from_json(row["apdu"]), partner) == key]
