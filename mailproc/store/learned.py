"""What is known of partners beside config.toml: addresses that letters taught us (they wait for staff, or
were confirmed), and whom staff have paused."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, func, select, text

from mailproc.store.statements import Constant, table_of
from mailproc.store.tables import PAUSING, PartnerLearned
from mailproc.store.text import storable

LEARNED = table_of(PartnerLearned)
ADDRESS = "address"
FORWARDED = "forwarded"
PAUSED = "paused"

_ADD = text(
    "INSERT INTO partner_learned (partner, kind, value, transaction_id, symbol, event_id)"
    " VALUES (:partner, :kind, :value, :transaction_id, :symbol, :event_id)"
    " ON CONFLICT (partner, kind, value, transaction_id) DO NOTHING"
)
_ONE = Constant(
    select(LEARNED).where(
        LEARNED.c.partner == bindparam("partner"),
        LEARNED.c.kind == bindparam("kind"),
        LEARNED.c.value == bindparam("value"),
        LEARNED.c.transaction_id == bindparam("transaction_id"),
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
MOST_WAITING = 20
"""Addresses of one partner, and of one transaction, that may wait for staff; more are not kept."""
_PAUSED = select(LEARNED.c.partner).where(text(PAUSING))  # said as the index says it


def learn(connection: Connection, partner: str, value: str, event_id: int) -> tuple[bool, bool]:
    """Keep an address of the partner's until staff have looked: (is it new?, have staff confirmed it?)."""
    return _keep(connection, {"partner": partner, "kind": ADDRESS, "value": storable(value)}, event_id)


def passed_on(
    connection: Connection, partner: str, address: str, event_id: int, transaction_id: int, symbol: str
) -> bool:
    """Keep it until staff have looked: ``partner`` says that library ``symbol`` has this transaction now,
    at ``address``. False where it has said so before."""
    named = {"partner": partner, "kind": FORWARDED, "value": storable(address)}
    new, _ = _keep(connection, named, event_id, transaction_id, storable(symbol))
    return new


def _keep(
    connection: Connection, named: dict[str, str], event_id: int, transaction_id: int = 0, symbol: str = ""
) -> tuple[bool, bool]:
    known = _ONE.row(connection, named | {"transaction_id": transaction_id})
    if known is not None:
        return False, known["confirmed_at"] is not None
    if named["kind"] != PAUSED and _waiting(connection, named, transaction_id) >= MOST_WAITING:
        return False, False
    row = named | {"event_id": event_id, "transaction_id": transaction_id, "symbol": symbol}
    connection.execute(_ADD, row)
    return True, False


def _waiting(connection: Connection, named: dict[str, str], transaction_id: int) -> int:
    """How many of this kind wait for staff already."""
    waiting = (
        LEARNED.c.partner == named["partner"],
        LEARNED.c.kind == named["kind"],
        LEARNED.c.transaction_id == transaction_id,
        LEARNED.c.confirmed_at.is_(None),
    )
    return int(connection.execute(select(func.count()).where(*waiting)).scalar_one())


def address_of(connection: Connection, partner: str) -> str | None:
    """The address that staff confirmed last; None where config.toml's holds."""
    found: str | None = _CONFIRMED.scalar(connection, {"partner": partner})
    return found


def addresses(connection: Connection) -> Sequence[RowMapping]:
    """All of them, in the order in which they were learned, also those of requests that were passed on."""
    statement = select(LEARNED).where(LEARNED.c.kind.in_((ADDRESS, FORWARDED))).order_by(LEARNED.c.id)
    return connection.execute(statement).mappings().all()


def waits_for(connection: Connection, transaction_id: int) -> bool:
    """Is there another library to which the request is said to be passed on, and no yes yet?"""
    waiting = (LEARNED.c.transaction_id == transaction_id, LEARNED.c.confirmed_at.is_(None))
    statement = select(LEARNED.c.id).where(LEARNED.c.kind == FORWARDED, *waiting).limit(1)
    return connection.execute(statement).first() is not None


def confirm(connection: Connection, learned_id: int, now: datetime) -> None:
    connection.execute(LEARNED.update().where(LEARNED.c.id == learned_id).values(confirmed_at=now))


def forget(connection: Connection, learned_id: int) -> None:
    connection.execute(LEARNED.delete().where(LEARNED.c.id == learned_id))


def pause(connection: Connection, partner: str, event_id: int) -> bool:
    """False where it is paused already."""
    new, _ = _keep(connection, {"partner": partner, "kind": PAUSED, "value": ""}, event_id)
    return new


def resume(connection: Connection, partner: str) -> bool:
    """False where it is not paused."""
    this = (LEARNED.c.partner == partner, LEARNED.c.kind == PAUSED)
    return connection.execute(LEARNED.delete().where(*this)).rowcount > 0


def paused(connection: Connection) -> Sequence[str]:
    return connection.execute(_PAUSED).scalars().all()
