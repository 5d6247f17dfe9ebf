"""How many messages that came by a line could not be read within the hour, by their address."""

from datetime import datetime

from sqlalchemy import Connection

from mailproc.store import alarms
from mailproc.store.alarms import HOUR, Turn

KIND = "unread-messages"
MOST = 20
"""Of one address in an hour that are kept whole."""


def count(connection: Connection, peer: str, now: datetime) -> None:
    """Count one more."""
    turn = _turn(connection, peer, now)
    if turn.free:
        alarms.take(connection, turn, now)


def are_too_many(connection: Connection, peer: str, now: datetime) -> bool:
    return not _turn(connection, peer, now).free


def _turn(connection: Connection, peer: str, now: datetime) -> Turn:
    return alarms.turn(connection, KIND, peer, now, most=MOST, within=HOUR)
