"""Enter a request from its JSON (docs/requests.md): of ours, or an order that a partner made by hand."""

from collections.abc import Sequence
from typing import Any

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.acts.act_writing import ActWriting, at_once
from mailproc.office.requests import lend, place
from mailproc.office.requests.entered import Entered
from mailproc.sentence import sentence
from mailproc.store.engine import Store


def enter(
    store: Store, context: Context, value: Any, by: str, *, partners: Sequence[str] = (),
    anyway: bool = False, door: str = "cli", write: ActWriting = at_once,
) -> Entered:  # fmt: skip
    """Enter it as ``place.place`` or ``lend.enter``, as its field "as" says. Raise LocalFault as they do."""
    as_ = value.get("as") if isinstance(value, dict) else None
    if as_ == lend.LENDER:
        order = lend.read(value, partners)
        return lend.enter(store, context, order, by, anyway=anyway, door=door, write=write)
    if as_ not in (None, place.BORROWER):
        raise LocalFault(sentence("as-wrong", known=f"{place.BORROWER}, {lend.LENDER}"))
    wanted = place.read(value, partners)
    return place.place(store, context, wanted, by, anyway=anyway, door=door, write=write)
