"""How often we answered an address by ourselves: no letter of a stranger may start a loop."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, or_, select

from mailproc.store.statements import insert_into, table_of
from mailproc.store.tables import AutoReply

_TABLE = table_of(AutoReply)
_ADD = insert_into(AutoReply, ("address", "at"))
_COUNT = select(func.count()).where(
    _TABLE.c.address == bindparam("address"),
    _TABLE.c.at > bindparam("since"),
    _TABLE.c.at <= bindparam("now"),  # one of the future was counted while the clock was wrong
)


def may_answer(connection: Connection, address: str, now: datetime, most: int) -> bool:
    """Count an automatic answer to ``address``; False where ``most`` went within the last hour."""
    since = now - timedelta(hours=1)
    if connection.execute(_COUNT, {"address": address, "since": since, "now": now}).scalar_one() >= most:
        return False
    outside = or_(_TABLE.c.at <= since, _TABLE.c.at > now)
    connection.execute(_TABLE.delete().where(_TABLE.c.address == address, outside))
    connection.execute(_ADD, {"address": address, "at": now})
    return True
