"""What is known of partners beside config.toml: learned addresses, and pauses by staff.

Addresses are learned from letters; they wait for staff, or were confirmed.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import Connection, bindparam, func, select, text

from mailproc.store.prepared_statements import Constant, made, table_of
from mailproc.store.rows import LearnedAddress
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
    ),
    LearnedAddress,
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
_BY_ID = Constant(select(LEARNED).where(LEARNED.c.id == bindparam("learned_id")), LearnedAddress)
MOST_WAITING = 20
"""Addresses of one partner, and of one transaction, that may wait for staff; more are not stored."""
_PAUSED = Constant(select(LEARNED.c.partner).where(text(PAUSING)))  # said as the index says it


class AddressStatus(Enum):
    """The result for a learned address.

    ``NEW``; ``WAITS`` for staff already; ``CONFIRMED`` by them; not stored, because the list is ``FULL``.
    """

    NEW = auto()
    WAITS = auto()
    CONFIRMED = auto()
    FULL = auto()


def learn(connection: Connection, partner: str, value: str, event_id: int) -> AddressStatus:
    """Store an address of the partner's until staff decide."""
    return _keep(connection, {"partner": partner, "kind": ADDRESS, "value": storable(value)}, event_id)


def passed_on(
    connection: Connection, partner: str, address: str, event_id: int, transaction_id: int, symbol: str
) -> AddressStatus:
    """Store until staff decide: ``partner`` says that library ``symbol`` has it now, at ``address``."""
    named = {"partner": partner, "kind": FORWARDED, "value": storable(address)}
    return _keep(connection, named, event_id, transaction_id, storable(symbol))


def _keep(
    connection: Connection, named: dict[str, str], event_id: int, transaction_id: int = 0, symbol: str = ""
) -> AddressStatus:
    known = _ONE.row(connection, named | {"transaction_id": transaction_id})
    if known is not None:
        return AddressStatus.WAITS if known.confirmed_at is None else AddressStatus.CONFIRMED
    if named["kind"] != PAUSED and _waiting(connection, named, transaction_id) >= MOST_WAITING:
        return AddressStatus.FULL
    row = named | {"event_id": event_id, "transaction_id": transaction_id, "symbol": symbol}
    connection.execute(_ADD, row)
    return AddressStatus.NEW


def _waiting(connection: Connection, named: dict[str, str], transaction_id: int) -> int:
    """Return how many of this kind wait for staff already."""
    waiting = (
        LEARNED.c.partner == named["partner"],
        LEARNED.c.kind == named["kind"],
        LEARNED.c.transaction_id == transaction_id,
        LEARNED.c.confirmed_at.is_(None),
    )
    return int(connection.execute(select(func.count()).where(*waiting)).scalar_one())


def address_of(connection: Connection, partner: str) -> str | None:
    """Return the address that staff confirmed last; None if that of config.toml holds."""
    found: str | None = _CONFIRMED.scalar(connection, {"partner": partner})
    return found


def load(connection: Connection, learned_id: int) -> LearnedAddress | None:
    """Return one of ``addresses``; None if there is none with that number."""
    row = _BY_ID.row(connection, {"learned_id": learned_id})
    return row if row is not None and row.kind in (ADDRESS, FORWARDED) else None


def addresses(connection: Connection) -> Sequence[LearnedAddress]:
    """Return all of them in the order in which they were learned, those of forwarded requests included."""
    statement = select(LEARNED).where(LEARNED.c.kind.in_((ADDRESS, FORWARDED))).order_by(LEARNED.c.id)
    return made(LearnedAddress, connection.execute(statement))


def waiting(connection: Connection, partner: str, transaction_id: int) -> Sequence[LearnedAddress]:
    """Return what waits for staff, the oldest first.

    Libraries to which that transaction is said to be forwarded; with 0, addresses that the partner named as
    its own.
    """
    statement = select(LEARNED).where(
        LEARNED.c.partner == partner,
        LEARNED.c.kind == (FORWARDED if transaction_id else ADDRESS),
        LEARNED.c.transaction_id == transaction_id,
        LEARNED.c.confirmed_at.is_(None),
    )
    return made(LearnedAddress, connection.execute(statement.order_by(LEARNED.c.id)))


def passed_on_to(connection: Connection, address: str) -> Sequence[LearnedAddress]:
    """Return unconfirmed requests that are said to be forwarded to ``address`` (case is ignored)."""
    statement = select(LEARNED).where(
        LEARNED.c.kind == FORWARDED,
        func.lower(LEARNED.c.value) == func.lower(address),
        LEARNED.c.confirmed_at.is_(None),
    )
    return made(LearnedAddress, connection.execute(statement.order_by(LEARNED.c.id)))


def confirm(connection: Connection, learned_id: int, now: datetime) -> None:
    connection.execute(LEARNED.update().where(LEARNED.c.id == learned_id).values(confirmed_at=now))


def forget(connection: Connection, learned_id: int) -> None:
    connection.execute(LEARNED.delete().where(LEARNED.c.id == learned_id))


def pause(connection: Connection, partner: str, event_id: int) -> bool:
    """Pause the partner; False if it is paused already."""
    return _keep(connection, {"partner": partner, "kind": PAUSED, "value": ""}, event_id) is AddressStatus.NEW


def resume(connection: Connection, partner: str) -> bool:
    """End the pause; False if it is not paused."""
    this = (LEARNED.c.partner == partner, LEARNED.c.kind == PAUSED)
    return connection.execute(LEARNED.delete().where(*this)).rowcount > 0


def paused(connection: Connection) -> Sequence[str]:
    return [row["partner"] for row in _PAUSED.rows(connection, {})]
