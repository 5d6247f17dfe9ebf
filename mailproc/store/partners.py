"""The mirror of config.toml's partners, so that the store can be read without the configuration."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from mailproc.config import Partner
from mailproc.store.tables import Instant

_KEEP = text(
    "INSERT INTO partner (symbol, name, address, codec, dialect, roles, status, seen_at)"
    " VALUES (:symbol, :name, :address, :codec, :dialect, :roles, :status, :seen_at)"
    " ON CONFLICT (symbol) DO UPDATE SET name = excluded.name, address = excluded.address,"
    " codec = excluded.codec, dialect = excluded.dialect, roles = excluded.roles,"
    " status = excluded.status, seen_at = excluded.seen_at"
).bindparams(bindparam("seen_at", type_=Instant))
_GONE = text("UPDATE partner SET status = 'inactive' WHERE seen_at IS NULL OR seen_at < :seen_at").bindparams(
    bindparam("seen_at", type_=Instant)
)


def mirror(connection: Connection, partners: Iterable[Partner], now: datetime) -> None:
    """Write the partners as configured at ``now``; one that vanished becomes inactive."""
    for partner in partners:
        values = {
            "symbol": partner.symbol,
            "name": partner.name,
            "address": partner.address,
            "codec": partner.codec,
            "dialect": partner.dialect,
            "roles": " ".join(partner.roles),
            "status": partner.status,
            "seen_at": now,
        }
        connection.execute(_KEEP, values)
    connection.execute(_GONE, {"seen_at": now})
