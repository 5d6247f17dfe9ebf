"""Find where a rendered order differs from what was meant, for the person who edits the template."""

from collections.abc import Sequence

from mailproc.protocols.artemail.read.orders import Order
from mailproc.protocols.artemail.write import guard
from mailproc.protocols.artemail.write.guard import FieldLost

SHOWN = 60
VAGUE = ("text", "frame", "delivery", "orders", "type")
"""Fields of the guard that say less than the position in the order does."""


def explained(text: str, order: Order, lost: FieldLost) -> FieldLost:
    """Return ``lost`` with the first wrong line of ``text`` (one rendered order).

    Return ``lost`` unchanged if only blank lines differ.
    """
    said = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    meant = [line for line in guard.canonical(order) if line]
    at = next((n for n, (one, other) in enumerate(zip(said, meant, strict=False)) if one != other), None)
    if at is None:
        at = min(len(said), len(meant))
    if at == len(said) == len(meant):
        return lost
    field = _field(said, meant, order, at)
    exact = field == "text" or lost.field in VAGUE
    told = FieldLost(field if exact else lost.field, _sentence(said[at:], meant[at:], at + 1))
    told.line = said[at] if at < len(said) else ""
    return told


def _field(said: Sequence[str], meant: Sequence[str], order: Order, at: int) -> str:
    """Name what was lost by where it should stand; "text" if there is an additional line."""
    if at == len(meant) or meant[at] in said[at + 1 :]:
        return "text"
    if at == 0:
        numbered = said and order.number in said[0].removeprefix("TX").split()
        return "keywords" if numbered else "ref.number"
    if at <= len(order.text):
        return "item.lines"
    electronic = bool(order.address) and "@" in order.address[0]
    return f"delivery.{'electronic' if electronic else 'postal'}" if order.address else "text"


def _sentence(said: Sequence[str], meant: Sequence[str], number: int) -> str:
    """Describe the difference. ``number``: the line's number among the order's lines that are not blank."""
    found, wanted = _shown(said), _shown(meant)
    if not said:
        return f"{wanted} is missing at the end of the order"
    if not meant:
        return f"line {number} of the order is {found}, and nothing more was meant"
    if said[0] in meant[1:]:
        return f"{wanted} is missing before {found}"
    if meant[0] in said[1:]:
        return f"line {number} of the order is {found}, and was not meant"
    return f"line {number} of the order is {found}, and {wanted} was meant"


def _shown(lines: Sequence[str]) -> str:
    return repr(lines[0][:SHOWN]) if lines else ""
