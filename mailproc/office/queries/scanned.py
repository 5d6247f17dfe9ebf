"""Find what a scanner reads from a slip or a book: our number, the other library's, the item's barcode."""

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.office.queries import find
from mailproc.store import item_barcodes, named_requests, transactions
from mailproc.store.rows import Transaction
from mailproc.store.text import storable

LONGEST = 80
"""Characters: no barcode that a scanner reads is longer."""
MOST = 100
"""Attempts that are looked at."""


def attempts(connection: Connection, typed: str) -> list[Transaction]:
    """Return the attempts that ``typed`` may mean, the newest first. What is a number of ours means no other:
    its latest attempt, and before that those of which a library has sent something that is not back.

    A title or a reader's card means nothing: nobody acts on the wrong book by it.
    """
    code = storable(typed.strip())
    if not code or len(code) > LONGEST or not code.isprintable():
        return []
    if find.our_number(code):
        return _ours(connection, code)
    found = {row.id: row for row in find.by_qualifiers(connection, code)}
    named = named_requests.by_reference(connection, {code, code.upper()})
    ids = {one.id for one in named} | set(item_barcodes.given_to(connection, code))
    for each in sorted(ids - set(found), reverse=True)[:MOST]:
        found[each] = transactions.load(connection, each)
    return sorted(found.values(), key=lambda row: -row.id)


def _ours(connection: Connection, number: str) -> list[Transaction]:
    try:
        meant = find.transaction_of(connection, number)
    except LocalFault:
        return []
    if find.names_attempt(number):
        return [meant]
    attempts = reversed(transactions.of_request(connection, meant.request_id))
    sent = [one for one in attempts if one.state.lent_out]
    return [*sent, *([] if meant in sent else [meant])]
