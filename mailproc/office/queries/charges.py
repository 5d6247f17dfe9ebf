"""What was charged and paid, by month, partner and currency. Reads only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.charges import ChargeStatus
from mailproc.ill.terms import Role
from mailproc.office.queries.find import request_of
from mailproc.store import charges
from mailproc.store.rows import StoredCharge

NOTHING = Decimal(0)
EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class ChargeSum:
    """Sums of one month, partner, role and currency; different currencies are never added up.

    ``month``: "2026-03", in the library's time zone. ``role`` is ours: as REQUESTER we pay. ``open``: charged
    and not yet paid.
    """

    month: str
    partner: str
    role: Role
    currency: str
    estimated: Decimal
    charged: Decimal
    paid: Decimal

    @property
    def open(self) -> Decimal:
        return self.charged - self.paid


@dataclass(frozen=True)
class ChargeFilter:
    """``since`` and ``until`` (not included) are instants. ``status``: these rows alone; '' for all."""

    partner: str = ""
    service: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None


def sums(connection: Connection, context: Context, wanted: ChargeFilter) -> list[ChargeSum]:
    """Return the sums, the oldest month first."""
    totals: dict[_Key, dict[ChargeStatus, Decimal]] = {}
    since, until = wanted.since or EARLIEST, wanted.until or LATEST
    for one in charges.between(connection, since, until, wanted.service.upper()):
        if wanted.partner in ("", one.partner) and wanted.status in ("", one.status):
            of = totals.setdefault(_key(one, context), dict.fromkeys(ChargeStatus, NOTHING))
            of[ChargeStatus(one.status)] += Decimal(one.amount)
    return [_sum(key, totals[key]) for key in sorted(totals)]


def of_number(connection: Connection, number: str) -> list[StoredCharge]:
    """Return the charges of one request, the oldest first. Raise LocalFault if there is no such request."""
    return charges.of_request(connection, request_of(connection, number).id)


_Key = tuple[str, str, str, str]


def _key(one: StoredCharge, context: Context) -> _Key:
    return (f"{context.local(one.at):%Y-%m}", one.partner, one.role.name, one.currency)


def _sum(key: _Key, totals: dict[ChargeStatus, Decimal]) -> ChargeSum:
    month, partner, role, currency = key
    return ChargeSum(month, partner, Role[role], currency, *(totals[status] for status in ChargeStatus))
