"""Tokens by which other systems ask."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from mailproc.store.api_tables import ApiTokenRow
from mailproc.store.prepared_statements import Constant, made, table_of

_TOKEN = table_of(ApiTokenRow)


@dataclass(frozen=True)
class ApiToken:
    """Fields are columns of ``api_tables.ApiTokenRow``, where they are explained."""

    name: str
    digest: str
    role: str
    added_at: datetime
    out_at: datetime | None = None


_LOAD = Constant(select(_TOKEN).where(_TOKEN.c.name == bindparam("name")), ApiToken)
_OF = Constant(
    select(_TOKEN).where(_TOKEN.c.digest == bindparam("digest"), _TOKEN.c.out_at.is_(None)), ApiToken
)


def load(connection: Connection, name: str) -> ApiToken | None:
    """Return the token of this name, also one that is out; None if there was never one."""
    return _LOAD.row(connection, {"name": name})


def of_digest(connection: Connection, digest: str) -> ApiToken | None:
    """Return whose token has this digest; None if nobody's, or it is out."""
    return _OF.row(connection, {"digest": digest})


def listed(connection: Connection) -> list[ApiToken]:
    """Return all, by their names."""
    return made(ApiToken, connection.execute(select(_TOKEN).order_by(_TOKEN.c.name)))


def keep(connection: Connection, token: ApiToken) -> None:
    """Write the token down as said, instead of an older one of its name."""
    connection.execute(delete(_TOKEN).where(_TOKEN.c.name == token.name))
    connection.execute(_TOKEN.insert().values(**asdict(token)))
