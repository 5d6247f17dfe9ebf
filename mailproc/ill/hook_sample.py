"""An invented payload for whoever tries a hook, marked as such."""

from mailproc.ill.hook_payload import VERSION, HookPayload
from mailproc.ill.terms import Role


def sample(event: str, at: str) -> HookPayload:
    """Return the payload of a book that came. ``event``: with its role; ``at``: ISO 8601, UTC."""
    role = Role(event.partition(".")[0])
    return {
        "version": VERSION,
        "sample": True,
        "event": event,
        "role": role.value,
        "cause": "staff",
        "at": at,
        "numbers": {"request": "B17", "transaction": "B17-1", "group": "B17", "qualifier": "1"},
        "service": "LOAN",
        "partner": "UK-BL",
        "state": {"before": "SHIPPED", "after": "RECEIVED"},
        "due_on": "2026-12-24",
        "item": {"type": "MONOGRAPH", "title": "A Book", "author": "An Author"},
        "barcode": "",
        "reader": {"id": "R1", "barcodes": ["0001234"]} if role is Role.REQUESTER else None,
        "wrong": False,
        "partial": False,
    }
