"""The names by which a hook asks for events: the role, and the row of the state tables."""

from functools import cache

from mailproc.ill.actions import ACTIONS
from mailproc.ill.events import TIMERS
from mailproc.ill.machine import TABLES
from mailproc.ill.terms import Role
from mailproc.ill.transaction_state import DUE_CORRECTED, NOTED

_BESIDE = (*NOTED, *TIMERS, DUE_CORRECTED, "UNDONE")
"""Events that stand in no table, as they move nothing, or back."""


def event_name(role: Role, event: str) -> str:
    """Return the name by which a hook asks for an event: "REQUESTER.receive"."""
    return f"{role.value}.{event}"


@cache
def known() -> frozenset[str]:
    """Return the name of every event that there can be."""
    rows = {
        (role, event)
        for role, tables in TABLES.items()
        for table in tables.values()
        for row in table.values()
        for event in row
    }
    beside = {(role, event) for role in Role for event in _BESIDE}
    beside |= {(role, one.event) for one in ACTIONS if one.stays for role in Role if one.role in (role, None)}
    return frozenset(event_name(role, event) for role, event in rows | beside)
