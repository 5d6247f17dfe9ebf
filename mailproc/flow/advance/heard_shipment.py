"""Keep what undoes a shipment that staff recorded, as it may be typed on a wrong number."""

from mailproc.flow.case import Case
from mailproc.ill.apdu import Apdu, Shipped
from mailproc.ill.facts import Facts
from mailproc.ill.transaction_state import to_json
from mailproc.store.rows import Event


def facts_of(case: Case, event: Event, apdu: Apdu | None) -> Facts:
    """Return the state before it, if it answers a request of ours; a late or a second one is no slip."""
    if not event.heard_by or not isinstance(apdu, Shipped) or not case.current.state.awaits_answer:
        return {}
    return {"found": to_json(case.current), "attention": case.transaction.attention}
