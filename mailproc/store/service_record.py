"""What the service of a store says of itself: one row, of the service that runs or of the last one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection, bindparam, delete, select, text

from mailproc.store.prepared_statements import Constant, insert_into, table_of
from mailproc.store.tables import ServiceRow

_SERVICE = table_of(ServiceRow)
_ONE = 1


@dataclass(frozen=True)
class ServiceRecord:
    """Fields are columns of ``tables.ServiceRow``, where they are explained. Times are of the service's
    clock."""

    id: int
    process: int
    host: str
    version: str
    once: bool
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    failure: str = ""
    jobs: Mapping[str, str] | None = field(default_factory=dict)
    looked: Mapping[str, str] | None = field(default_factory=dict)
    sent_at: datetime | None = None
    refused_at: datetime | None = None
    refusal: str = ""
    beat_at: datetime | None = None
    metrics_fault: str | None = None
    desk_fault: str | None = None
    ports: Mapping[str, str] | None = field(default_factory=dict)

    @classmethod
    def of(
        cls, process: int, host: str, version: str, at: datetime, *, once: bool = False
    ) -> "ServiceRecord":
        """Return the record of a service that begins."""
        return cls(_ONE, process, host, version, once, at, at)

    def next_run(self, job: str) -> datetime | None:
        """Return when the job runs next; None if the service has no such job."""
        return _instant((self.jobs or {}).get(job))

    def looked_at(self, place: str) -> datetime | None:
        """Return when the service last looked into the place; None if it has not yet."""
        return _instant((self.looked or {}).get(place))


_READ: Constant[ServiceRecord] = Constant(select(_SERVICE), ServiceRecord)
_FORGET = Constant(delete(_SERVICE).where(_SERVICE.c.id == bindparam("named")))
_ADD = Constant(insert_into(ServiceRow, tuple(ServiceRecord.__dataclass_fields__)))


def recorded(connection: Connection) -> ServiceRecord | None:
    """Return the record; None if no service ever ran on this store."""
    return _READ.row(connection, {})


def record(connection: Connection, said: ServiceRecord) -> None:
    """Replace the record."""
    _FORGET.run(connection, {"named": _ONE})
    _ADD.run(connection, asdict(said))
    if connection.dialect.name == "postgresql":
        connection.execute(text("UPDATE service SET beat_at = clock_timestamp()"))


def silence(connection: Connection) -> timedelta | None:
    """Return how long ago the service recorded itself, by the clock of the database; None on SQLite.

    The clocks of two machines may differ.
    """
    if connection.dialect.name != "postgresql":
        return None
    query = text("SELECT clock_timestamp() - beat_at FROM service")
    return cast("timedelta | None", connection.execute(query).scalar())


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
