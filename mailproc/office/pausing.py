"""Staff pause a partner: its requests stay where they are, letters to it wait, and nothing fails."""

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.premises import Premises
from mailproc.store import events, learned
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent


def pause(store: Store, premises: Premises, symbol: str, by: str = "") -> str:
    """From now on letters to the partner wait; a sentence. LocalFault: unknown, or paused already."""
    partner = premises.partners.known(symbol)
    if partner.status == "paused":
        raise LocalFault(f"{partner.symbol} is paused by config.toml already.")

    def job(connection: Connection) -> None:
        event_id = _note(connection, premises, "pause", partner.symbol, by)
        if not learned.pause(connection, partner.symbol, event_id):
            raise LocalFault(f"{partner.symbol} is paused already; `mailproc resume` lets its letters go.")

    store.write(job)
    return f"{partner.symbol} is paused: letters to it wait until `mailproc resume {partner.symbol}`."


def resume(store: Store, premises: Premises, symbol: str, by: str = "") -> str:
    """Letters to the partner go again; a sentence, also where config.toml keeps them. LocalFault: unknown,
    or not paused by staff."""
    partner = premises.partners.known(symbol)
    configured = (
        f'{partner.symbol} is paused by config.toml: write status = "active" there, and start anew.'
        if partner.status == "paused"
        else ""
    )

    def job(connection: Connection) -> None:
        if not learned.resume(connection, partner.symbol):
            raise LocalFault(configured or f"{partner.symbol} is not paused.")
        _note(connection, premises, "resume", partner.symbol, by)

    store.write(job)
    if configured:
        return f"What staff paused is over, but {configured}"
    return f"{partner.symbol} is active: letters to it go out again."


def _note(connection: Connection, premises: Premises, what: str, symbol: str, by: str) -> int:
    """Who did it, and when."""
    event = NewEvent(
        cause="staff", type=what, at=premises.clock(), actor=by, door="cli", partner=symbol, state="done"
    )
    return events.add(connection, event)
