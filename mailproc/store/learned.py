"""What is known of partners beside config.toml: addresses that letters taught us (they wait for staff, or
were confirmed), and whom staff have paused."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, select, text

from mailproc.store.statements import Constant, table_of
from mailproc.store.tables import PartnerLearned
from mailproc.store.text import storable

LEARNED = table_of(PartnerLearned)
ADDRESS = "address"
PAUSED = "paused"

_ADD = text(
    "INSERT INTO partner_learned (partner, kind, value, event_id)"
    " VALUES (:partner, :kind, :value, :event_id)"
    " ON CONFLICT (partner, kind, value) DO NOTHING"
)
_ONE = Constant(
    select(LEARNED).where(
        LEARNED.c.partner == bindparam("partner"),
        LEARNED.c.kind == bindparam("kind"),
        LEARNED.c.value == bindparam("value"),
    )
)
_CONFIRMED = Constant(
    select(LEARNED.c.value)
    .where(
        LEARNED.c.partner == bindparam("partner"),
        LEARNED.c.kind == ADDRESS,
        LEARNED.c.confirmed_at.is_not(None),
    )
    .order_by(LEARNED.c.confirmed_at.desc(), LEARNED.c.id.desc())
    .limit(1)
)
_PAUSED = select(LEARNED.c.partner).where(LEARNED.c.kind == PAUSED)


def learn(connection: Connection, partner: str, kind: str, value: str, event_id: int) -> tuple[bool, bool]:
    """Keep it until staff have looked: (is it new to us?, have staff confirmed it?)."""
    named = {"partner": partner, "kind": kind, "value": storable(value)}
    known = _ONE.row(connection, named)
    if known is not None:
        return False, known["confirmed_at"] is not None
    connection.execute(_ADD, named | {"event_id": event_id})
    return True, False


def address_of(connection: Connection, partner: str) -> str | None:
    """The address that staff confirmed last; None where config.toml's holds."""
    found: str | None = _CONFIRMED.scalar(connection, {"partner": partner})
    return found


def addresses(connection: Connection) -> Sequence[RowMapping]:
    """All of them, in the order in which they were learned."""
    statement = select(LEARNED).where(LEARNED.c.kind == ADDRESS).order_by(LEARNED.c.id)
    return connection.execute(statement).mappings().all()


def confirm(connection: Connection, learned_id: int, now: datetime) -> None:
    connection.execute(LEARNED.update().where(LEARNED.c.id == learned_id).values(confirmed_at=now))


def forget(connection: Connection, learned_id: int) -> None:
    connection.execute(LEARNED.delete().where(LEARNED.c.id == learned_id))


def pause(connection: Connection, partner: str, event_id: int) -> bool:
    """False where it is paused already."""
    before = _ONE.row(connection, {"partner": partner, "kind": PAUSED, "value": ""})
    connection.execute(_ADD, {"partner": partner, "kind": PAUSED, "value": "", "event_id": event_id})
    return before is None


def resume(connection: Connection, partner: str) -> bool:
    """False where it is not paused."""
    this = (LEARNED.c.partner == partner, LEARNED.c.kind == PAUSED)
    return connection.execute(LEARNED.delete().where(*this)).rowcount > 0


def paused(connection: Connection) -> Sequence[str]:
    return connection.execute(_PAUSED).scalars().all()
