"""Find the partners whose letters wait: paused in config.toml, or by staff while the service runs."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.store import partner_addresses


def paused(connection: Connection, context: Context) -> list[str]:
    """Return the symbols of the paused partners."""
    configured = [partner.symbol for partner in context.partners if partner.status == "paused"]
    return [*configured, *partner_addresses.paused(connection)]
