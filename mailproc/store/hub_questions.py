"""Until which day the hub was asked what has changed. The day moves with the letters of its answer."""

from datetime import date

from sqlalchemy import Connection, bindparam, select, text

from mailproc.ill.terms import Role
from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.tables import HubRow

_HUB = table_of(HubRow)
_ASKED = Constant(select(_HUB.c.asked_on).where(_HUB.c.name == bindparam("name")))
_MOVE = Constant(
    text(
        "INSERT INTO hub (name, asked_on) VALUES (:name, :asked_on)"
        " ON CONFLICT (name) DO UPDATE SET asked_on = excluded.asked_on"
    ).bindparams(bindparam("asked_on", type_=_HUB.c.asked_on.type))
)


def asked_on(connection: Connection, role: Role) -> date | None:
    """Return the day of the last answer about what we as ``role`` do; None before the first."""
    day: date | None = _ASKED.scalar(connection, {"name": role.name})
    return day


def answered(connection: Connection, role: Role, day: date) -> None:
    """The hub has told what had changed until ``day``."""
    _MOVE.run(connection, {"name": role.name, "asked_on": day})
