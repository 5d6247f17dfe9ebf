"""The directory of partners, and what letters taught us of their addresses, which staff confirm or forget."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.flow.pausing import paused
from mailproc.flow.premises import Premises
from mailproc.store import learned
from mailproc.store.engine import Store

_ID = re.compile(r"A([0-9]{1,18})", re.IGNORECASE)
PARTNER_COLUMNS = ("symbol", "name", "address", "codec", "roles", "status", "proof")
_TO_US = {"RESPONDER": "lender", "REQUESTER": "borrower"}


@dataclass(frozen=True)
class Learned:
    """``id``: A3. ``confirmed_at`` (UTC): since then the partner's letters go there; None: it waits."""

    id: str
    partner: str
    address: str
    confirmed_at: datetime | None


def listed(connection: Connection, premises: Premises) -> list[dict[str, str]]:
    """The partners; ``roles`` in words for people, ``status`` as it is now, no secrets."""
    waiting = paused(connection, premises)
    return [
        _line(one, "paused" if one.symbol in waiting else "active", premises.config.proofs_of(one))
        for one in premises.partners
    ]


def _line(partner: Partner, status: str, proofs: tuple[str, ...]) -> dict[str, str]:
    return {
        "symbol": partner.symbol,
        "name": partner.name,
        "address": partner.address,
        "codec": partner.codec,
        "roles": ", ".join(_TO_US[role] for role in partner.roles),
        "status": status,
        "proof": ", ".join(proofs),
    }


def taught(connection: Connection) -> list[Learned]:
    """Every address that a letter named and config.toml does not have."""
    return [
        Learned(f"A{row['id']}", row["partner"], row["value"], row["confirmed_at"])
        for row in learned.addresses(connection)
    ]


def confirm(store: Store, premises: Premises, name: str) -> Learned:
    """From now on new transactions with the partner go to that address. LocalFault: no such one."""

    def job(connection: Connection) -> Learned:
        found = _one(connection, name)
        learned.confirm(connection, int(found.id[1:]), premises.clock())
        return found

    return store.write(job)


def forget(store: Store, name: str) -> Learned:
    """It was not theirs, or is no longer: config.toml's address holds. LocalFault: no such one."""

    def job(connection: Connection) -> Learned:
        found = _one(connection, name)
        learned.forget(connection, int(found.id[1:]))
        return found

    return store.write(job)


def _one(connection: Connection, name: str) -> Learned:
    if not _ID.fullmatch(name.strip()):
        raise LocalFault(f"{name!r} is no learned address: write A3, as `mailproc partners` shows it.")
    for one in taught(connection):
        if one.id == name.strip().upper():
            return one
    raise LocalFault(f"There is no learned address {name}.")
