"""Whose letters wait: partners that are paused by config.toml, or by staff while the service runs."""

from sqlalchemy import Connection

from mailproc.flow.premises import Premises
from mailproc.store import learned


def paused(connection: Connection, premises: Premises) -> list[str]:
    """Their symbols."""
    configured = [partner.symbol for partner in premises.partners if partner.status == "paused"]
    return [*configured, *learned.paused(connection)]
