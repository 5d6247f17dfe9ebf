"""What somebody of the staff, or another system by its token, has done: events by their actor."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, text

from mailproc.ill.apdu_json import ApduJson
from mailproc.store.events import EVENT
from mailproc.store.prepared_statements import Constant
from mailproc.store.tables import BY_SOMEBODY


@dataclass(frozen=True)
class ActOfPerson:
    """``at``: UTC. ``door``: cli | desk | api. ``request_id``: None where it was about none."""

    id: int
    at: datetime
    type: str
    door: str
    request_id: int | None
    apdu: ApduJson | None


_NEWEST = Constant(
    select(EVENT.c.id, EVENT.c.at, EVENT.c.type, EVENT.c.door, EVENT.c.request_id, EVENT.c.apdu)
    .where(EVENT.c.actor == bindparam("actor"), text(BY_SOMEBODY))
    .order_by(EVENT.c.id.desc())
    .limit(bindparam("most")),
    ActOfPerson,
)


def newest(connection: Connection, actor: str, most: int) -> list[ActOfPerson]:
    """Return the newest acts, at most so many."""
    return _NEWEST.rows(connection, {"actor": actor, "most": most})
