"""The directory of partners, and what letters taught us of their addresses, which staff confirm or forget."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from mailproc.config import Partner
from mailproc.errors import LocalFault
from mailproc.flow.pausing import paused
from mailproc.flow.premises import Premises
from mailproc.ill.rota import ASKING
from mailproc.ill.terms import State
from mailproc.store import events, learned, requests, transactions
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent

_ID = re.compile(r"A([0-9]{1,18})", re.IGNORECASE)
PARTNER_COLUMNS = ("symbol", "name", "address", "codec", "roles", "status", "proof")
_TO_US = {"RESPONDER": "lender", "REQUESTER": "borrower"}


@dataclass(frozen=True)
class Learned:
    """``id``: A3. ``confirmed_at`` (UTC): since then the partner's letters go there; None: it waits.

    ``number`` (B1-1) and ``symbol``: the partner says that it has passed that request on to this library,
    and the address is that library's; '' where it is the partner's own.
    """

    id: str
    partner: str
    address: str
    confirmed_at: datetime | None
    number: str = ""
    symbol: str = ""


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
    """Every address that a letter named and config.toml does not have; of requests that were passed on,
    while it can still be said where they are."""
    rows = learned.addresses(connection)
    return [_learned(connection, row) for row in rows if not row["transaction_id"] or _asks(connection, row)]


def confirm(store: Store, premises: Premises, name: str, by: str = "") -> Learned:
    """From now on new transactions with the partner go to that address; of a request that was passed on, it
    is with that library now. LocalFault: no such one, or it is too late."""

    def job(connection: Connection) -> Learned:
        found, row = _one(connection, name)
        if row["kind"] == learned.FORWARDED:
            _redirect(connection, found, row, premises, by)
            learned.forget(connection, row["id"])  # the history of the request keeps it
        else:
            learned.confirm(connection, row["id"], premises.clock())
        return found

    return store.write(job)


def forget(store: Store, name: str) -> Learned:
    """It was not theirs, or is no longer: what was before holds. LocalFault: no such one."""
    from mailproc.flow import ends  # here: who reads the directory takes no step

    def job(connection: Connection) -> Learned:
        found, row = _one(connection, name)
        learned.forget(connection, row["id"])
        if row["kind"] == learned.FORWARDED and not learned.waits_for(connection, row["transaction_id"]):
            transactions.clear_attention(connection, row["transaction_id"], (ends.TO_CONFIRM,))
        return found

    return store.write(job)


def _redirect(connection: Connection, found: Learned, row: RowMapping, premises: Premises, by: str) -> None:
    """The step of staff's yes."""
    from mailproc.flow import advance, ends  # as above

    transaction = transactions.load(connection, row["transaction_id"])
    if not _asks(connection, row):
        state = transaction["state"]
        why = f"{found.number} is {state}: nothing is to be moved any more."
        raise LocalFault(why, (f"mailproc partners --forget {found.id}",))
    text = f"{found.symbol} has it now, at {found.address}"
    event = NewEvent(
        cause="staff",
        type=ends.REDIRECT,
        at=premises.clock(),
        actor=by,
        door="cli",
        partner=transaction["partner"],
        transaction_id=transaction["id"],
        facts={"symbol": found.symbol, "address": found.address, "text": text},
    )
    advance.step(connection, events.add(connection, event), premises)


def _one(connection: Connection, name: str) -> tuple[Learned, RowMapping]:
    if not _ID.fullmatch(name.strip()):
        raise LocalFault(f"{name!r} is no learned address: write A3, as `mailproc partners` shows it.")
    for row in learned.addresses(connection):
        if f"A{row['id']}" == name.strip().upper():
            return _learned(connection, row), row
    raise LocalFault(f"There is no learned address {name}.")


def _learned(connection: Connection, row: RowMapping) -> Learned:
    number = _number(connection, row["transaction_id"]) if row["transaction_id"] else ""
    return Learned(f"A{row['id']}", row["partner"], row["value"], row["confirmed_at"], number, row["symbol"])


def _asks(connection: Connection, row: RowMapping) -> bool:
    """Do we still wait for an answer in the request that was passed on?"""
    return State[transactions.load(connection, row["transaction_id"])["state"]] in ASKING


def _number(connection: Connection, transaction_id: int) -> str:
    row = transactions.load(connection, transaction_id)
    return f"{requests.load(connection, row['request_id'])['number']}-{row['attempt']}"
