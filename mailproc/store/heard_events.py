"""What staff recorded as said by a partner, by telephone, post or portal."""

from sqlalchemy import Connection

from mailproc.store import events


def recorded(connection: Connection, transaction_id: int, kind: str) -> int:
    """Return how often staff recorded that the partner told us this, without what they took back."""
    stands = events.standing(connection, transaction_id)
    return sum(one.type == kind and bool(one.heard_by) for one in stands)
