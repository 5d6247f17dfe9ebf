"""How often we answered an address by ourselves: no letter of a stranger may start a loop."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, func, select

from mailproc.store.statements import insert_into, table_of
from mailproc.store.tables import AutoReply
from mailproc.store.text import storable

_TABLE = table_of(AutoReply)
_ADD = insert_into(AutoReply, ("address", "partner", "at"))


def may_answer(connection: Connection, address: str, partner: str, now: datetime, most: int) -> bool:
    """Count an automatic answer to ``partner`` at ``address``; False where ``most`` went within the last
    hour, to the address or to the partner, who may name many addresses.

    An answer of a time that is still to come (the clock was wrong) does not count.
    """
    address = storable(address.casefold())
    since = now - timedelta(hours=1)
    counts = (_TABLE.c.address, address), (_TABLE.c.partner, partner)
    if any(_count(connection, column, value, since, now) >= most for column, value in counts):
        return False
    stale = (_TABLE.c.partner == partner) & ((_TABLE.c.at <= since) | (_TABLE.c.at > now))
    connection.execute(_TABLE.delete().where(stale))
    connection.execute(_ADD, {"address": address, "partner": partner, "at": now})
    return True


def _count(connection: Connection, column: Column[str], value: str, since: datetime, now: datetime) -> int:
    within = (column == value, _TABLE.c.at > since, _TABLE.c.at <= now)
    return int(connection.execute(select(func.count()).where(*within)).scalar_one())
