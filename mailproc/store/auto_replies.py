"""Limit automatic answers to an address: no stranger's letter may start a loop."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, func, or_, select

from mailproc.store.prepared_statements import Constant, insert_into, table_of
from mailproc.store.tables import AutoReply, Instant
from mailproc.store.text import storable

_TABLE = table_of(AutoReply)
_ADD = Constant(insert_into(AutoReply, ("address", "partner", "at")))


def _within(column: ColumnElement[str]) -> Constant[RowMapping]:
    """Count the answers between two instants."""
    since, now = (bindparam(name, type_=Instant) for name in ("since", "now"))
    return Constant(
        select(func.count()).where(column == bindparam("value"), _TABLE.c.at > since, _TABLE.c.at <= now)
    )


_TO_ADDRESS, _TO_PARTNER = _within(_TABLE.c.address), _within(_TABLE.c.partner)
_FORGET_STALE = Constant(
    _TABLE.delete().where(
        _TABLE.c.partner == bindparam("partner"),
        or_(_TABLE.c.at <= bindparam("since", type_=Instant), _TABLE.c.at > bindparam("now", type_=Instant)),
    )
)


def may_answer(connection: Connection, address: str, partner: str, now: datetime, most: int) -> bool:
    """Count an automatic answer to ``partner`` at ``address``; return whether it may be sent.

    False if ``most`` went within the last hour to the address, or to the partner, who may name many
    addresses. Answers dated in the future (the clock was wrong) do not count.
    """
    address = storable(address.casefold())
    hour = {"since": now - timedelta(hours=1), "now": now}
    counts = (_TO_ADDRESS, address), (_TO_PARTNER, partner)
    if any(count.scalar(connection, hour | {"value": value}) >= most for count, value in counts):
        return False
    _FORGET_STALE.run(connection, hour | {"partner": partner})
    _ADD.run(connection, {"address": address, "partner": partner, "at": now})
    return True
