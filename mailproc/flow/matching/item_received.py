"""Is the item here, and does its reader still wait for it?

Not every state tells: what was recalled lies with the reader, or is still on its way.
"""

from sqlalchemy import Connection

from mailproc.ill import rota
from mailproc.ill.terms import Role
from mailproc.store import events, outgoing, requests, transactions
from mailproc.store.rows import Event, Transaction

ENDS = ("cancel", "CANCEL_REPLY", "close")
TOLD_THE_END = frozenset({"patron/arrived", "patron/unfilled", "patron/cancelled"})


def is_here(connection: Connection, transaction_id: int) -> bool:
    """Has an act that stands said that we received it?"""
    return came(connection, transaction_id) is not None


def reader_waits(connection: Connection, event: Event, transaction: Transaction) -> bool:
    """Does a reader wait who has heard neither that it is here nor that it is over, and does all end here?

    After a cancellation somebody else may be asked: then it is over when staff take it off the lists.
    """
    request = requests.load(connection, transaction.request_id)
    if transaction.role != Role.REQUESTER or request.patron_id is None or _goes_on(event):
        return False
    attempts = transactions.of_request(connection, request.id)
    others = (one for one in attempts if one.id != transaction.id and one.closed_at is None)
    if any(not one.state.gives_way for one in others):
        return False
    left = rota.next_candidate(requests.rota(connection, request.id))
    if event.type != "close" and left is not None:
        return False
    return not TOLD_THE_END & outgoing.notices_of(connection, [one.id for one in attempts])


def _goes_on(event: Event) -> bool:
    """Was the order given up only to be written anew?"""
    return bool((event.facts or {}).get("goes_on"))


def came(connection: Connection, transaction_id: int) -> Event | None:
    """The first such act."""
    happened = events.of_transaction(connection, transaction_id)
    undone = {(event.facts or {}).get("undone") for event in happened if event.type == "undo"}
    said = (event for event in happened if event.type == "receive" and event.id not in undone)
    return next(said, None)
