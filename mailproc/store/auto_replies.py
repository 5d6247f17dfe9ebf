"""How often we answered an address by ourselves: no letter of a stranger may start a loop."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from mailproc.store.statements import insert_into, table_of
from mailproc.store.tables import AutoReply

_TABLE = table_of(AutoReply)
_ADD = insert_into(AutoReply, ("address", "at"))
_COUNT = select(func.count()).where(
    _TABLE.c.address == bindparam("address"), _TABLE.c.at > bindparam("since")
)


def may_answer(connection: Connection, address: str, now: datetime, most: int) -> bool:
    """Count an automatic answer to ``address``; False where ``most`` went within the last hour."""
    since = now - timedelta(hours=1)
    if connection.execute(_COUNT, {"address": address, "since": since}).scalar_one() >= most:
        return False
    connection.execute(_TABLE.delete().where(_TABLE.c.address == address, _TABLE.c.at <= since))
    connection.execute(_ADD, {"address": address, "at": now})
    return True
