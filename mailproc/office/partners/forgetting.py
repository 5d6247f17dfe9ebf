"""Move requests and letters away from an address that is not, or no longer, a partner's."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.matching.unconfirmed import ANSWERS_FROM
from mailproc.mail.addresses import ascii_lower
from mailproc.sentence import Part, sentence
from mailproc.store import outgoing, partner_addresses, requests, transactions


def move_away(connection: Connection, context: Context, symbol: str, address: str) -> tuple[Part, ...]:
    """Move requests and letters of the partner at ``address`` to where they would go without it.

    Return what became of them, as sentences. If the partner has left config.toml there is no other address.
    """
    partner = context.partners.get(symbol)
    instead = partner_addresses.address_of(connection, symbol) or (partner.address if partner else "")
    if not instead:
        return (sentence("address-not-configured", partner=symbol, address=address),)
    if ascii_lower(instead) == ascii_lower(address):
        return (sentence("address-all-the-same", partner=symbol, address=instead),)
    moved = _requests(connection, symbol, address, instead)
    rewritten = _letters(connection, symbol, address)
    had = sentence("address-moved", numbers=", ".join(moved), address=address, instead=instead)
    nobody = sentence("address-unused", address=address, partner=symbol, instead=instead)
    return (had if moved else nobody, *rewritten)


def _requests(connection: Connection, symbol: str, address: str, instead: str) -> list[str]:
    """Return the numbers of the open requests; closed ones move too, because a letter may still follow."""
    there = transactions.at_address(connection, symbol, address)
    theirs = [row for row in there if not (row.options or {}).get(ANSWERS_FROM)]
    for row in theirs:
        transactions.readdress(connection, row, {"address": instead})
    return [requests.attempt_number(connection, row) for row in theirs if row.closed_at is None]


def _letters(connection: Connection, symbol: str, address: str) -> tuple[Part, ...]:
    """Write waiting letters again; one that staff must look at, when they release it (``sent_again``)."""
    waiting = outgoing.prepared_to(connection, symbol, address)
    for outgoing_id in waiting:
        outgoing.renew_letter(connection, outgoing_id)
    return tuple(sentence("letter-rewritten", letter=f"O{outgoing_id}") for outgoing_id in waiting)
