"""Pause a partner: its requests stay as they are, letters to it wait, and nothing fails."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.acts.once import refuse_twice
from mailproc.sentence import Part, sentence
from mailproc.store import events, partner_addresses
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent


@dataclass(frozen=True)
class PauseStatus:
    """``status``: active or paused, now. ``text``: a sentence."""

    symbol: str
    status: str
    text: Part


def pause(
    store: Store, context: Context, symbol: str, by: str = "", *, door: str = "cli", once: str = ""
) -> PauseStatus:
    """Let letters to the partner wait from now on. Raise LocalFault if it is unknown, or paused already.

    Raise DoneBefore if the click with the mark ``once`` has done it.
    """
    partner = context.partners.known(symbol)
    if partner.status == "paused":
        raise LocalFault(sentence("paused-by-config", partner=partner.symbol))

    def job(connection: Connection) -> None:
        refuse_twice(connection, once)
        event_id = _note(connection, context, "pause", partner.symbol, by, door, once)
        if not partner_addresses.pause(connection, partner.symbol, event_id):
            raise LocalFault(sentence("paused-already", partner=partner.symbol))

    store.write(job)
    said = sentence("is-paused", partner=partner.symbol)
    return PauseStatus(partner.symbol, "paused", said)


def resume(
    store: Store, context: Context, symbol: str, by: str = "", *, door: str = "cli", once: str = ""
) -> PauseStatus:
    """Let letters to the partner go again, unless config.toml pauses it.

    Raise LocalFault if it is unknown, or was not paused by staff; DoneBefore as ``pause``.
    """
    partner = context.partners.known(symbol)
    configured = (
        sentence("paused-by-config-active", partner=partner.symbol) if partner.status == "paused" else None
    )

    def job(connection: Connection) -> None:
        refuse_twice(connection, once)
        if not partner_addresses.resume(connection, partner.symbol):
            raise LocalFault(configured or sentence("not-paused", partner=partner.symbol))
        _note(connection, context, "resume", partner.symbol, by, door, once)

    store.write(job)
    if configured:
        return PauseStatus(partner.symbol, "paused", sentence("pause-over-but", why=configured))
    return PauseStatus(partner.symbol, "active", sentence("is-active", partner=partner.symbol))


def _note(
    connection: Connection, context: Context, what: str, symbol: str, by: str, door: str, once: str
) -> int:
    """Record who did it, by which door, and when."""
    event = NewEvent(
        cause="staff",
        type=what,
        at=context.clock(),
        actor=by,
        door=door,
        once=once or None,
        partner=symbol,
        state="done",
    )
    return events.add(connection, event)
