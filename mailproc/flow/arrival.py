"""Is the item here? Not every state tells: what was recalled lies with the reader, or is still on its way."""

from sqlalchemy import Connection, RowMapping

from mailproc.store import events


def is_here(connection: Connection, transaction_id: int) -> bool:
    """Has an act that stands said that we received it?"""
    return came(connection, transaction_id) is not None


def came(connection: Connection, transaction_id: int) -> RowMapping | None:
    """The first such act."""
    happened = events.of_transaction(connection, transaction_id)
    undone = {(event["facts"] or {}).get("undone") for event in happened if event["type"] == "undo"}
    said = (event for event in happened if event["type"] == "receive" and event["id"] not in undone)
    return next(said, None)
