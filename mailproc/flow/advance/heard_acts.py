"""Keep what undoes what staff recorded as heard, or attached as a letter, perhaps to a wrong number."""

from mailproc.flow.case import Case
from mailproc.ill.apdu import Apdu, ForwardNotification, IllRequest
from mailproc.ill.facts import Facts
from mailproc.ill.transaction_state import to_json
from mailproc.store.rows import Event


def facts_of(case: Case, event: Event, apdu: Apdu | None) -> Facts:
    """Return the state before it; {} for what came by itself, for an order, which began it all, and for a
    forwarding, by which another library answers from then on."""
    by_staff = event.heard_by or (event.facts or {}).get("put_here")
    if not by_staff or isinstance(apdu, IllRequest | ForwardNotification):
        return {}
    return {"found": to_json(case.current), "attention": case.transaction.attention}
