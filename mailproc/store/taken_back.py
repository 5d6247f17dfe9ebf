"""What of a transaction was taken back, by an undo or by taking a letter off it: it was never said or done.

Whoever asks the events of a transaction for what was said or done leaves that out; only the history keeps it.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, select

from mailproc.store.prepared_statements import one_of, table_of
from mailproc.store.rows import Event
from mailproc.store.tables import EventRow

EVENT = table_of(EventRow)
UNDO = "undo"
"""The type of the event that takes another one back."""

_BACK = EVENT.alias("back")
_TAKEN_BACK = _BACK.c.facts["undone"].as_integer()


def stands() -> ColumnElement[bool]:
    """Return the condition that an event of the bound ``transaction_id`` was not taken back.

    What was is looked up once for all of them, not for each.
    """
    undos = select(_TAKEN_BACK).where(
        _BACK.c.transaction_id == bindparam("transaction_id"),
        one_of(_BACK.c.type, (UNDO,)),
        _BACK.c.state == "done",
        _TAKEN_BACK.is_not(None),
    )
    return EVENT.c.id.not_in(undos)


def undone(happened: Sequence[Event]) -> set[int | None]:
    """Return which of the events of a transaction were taken back."""
    return {(one.facts or {}).get("undone") for one in happened if one.type == UNDO}
