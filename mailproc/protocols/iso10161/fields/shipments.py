"""Shipped, Received and Damaged: what a table of fields cannot express."""

import re
from typing import Any

from mailproc.ill.apdu import Damaged, Received, Shipped
from mailproc.ill.terms import Service
from mailproc.protocols.field_codec import Pair, Tree
from mailproc.protocols.iso10161.fields.dates import DATE
from mailproc.protocols.iso10161.fields.enumerations import SHIPPED_SERVICE
from mailproc.protocols.iso10161.losses import into_note

_COMPLETE, _UNITS = "complete-document", "specific-units"
_NUMBERS = re.compile(r"-?[0-9]{1,19}( *, *-?[0-9]{1,19})*")


def _read_portion(portion: Any) -> str | None:
    alternative, units = portion
    return _COMPLETE if alternative == _COMPLETE else ", ".join(map(str, units)) or None


def _write_portion(text: str) -> Any:
    if text == _COMPLETE:
        return _COMPLETE, None
    if _NUMBERS.fullmatch(text):
        return _UNITS, [int(number) for number in text.split(",")]
    return None


PORTION = Pair(_read_portion, _write_portion)
"""Damaged-Details.damaged-portion: "complete-document", or the numbers of the damaged units."""


def write_damage(damaged: Damaged, tree: Tree) -> None:
    """Write a damage described in words into the note; it has no component of its own."""
    words = damaged.damaged_details
    if words and _write_portion(words) is None:
        into_note(damaged, tree, "note", words)


def complete_service(apdu: Shipped | Received, tree: Tree) -> None:
    """Fill the mandatory service: a Shipped without a due date is a copy, anything else a loan."""
    due = isinstance(apdu, Shipped) and apdu.due is None
    tree.setdefault("shipped-service-type", SHIPPED_SERVICE.write(Service.COPY if due else Service.LOAN))


def complete_received(apdu: Received, tree: Tree) -> None:
    complete_service(apdu, tree)
    if apdu.sent_at is not None:
        tree.setdefault("date-received", DATE.write(apdu.sent_at.date()))
