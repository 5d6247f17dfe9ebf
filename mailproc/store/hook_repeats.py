"""Calls that must not be made twice for one item, as each makes something in the library system."""

from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from mailproc.store.hook_calls import CALL
from mailproc.store.prepared_statements import Constant

_OF_EVENT: Constant[RowMapping] = Constant(
    select(CALL.c.state, CALL.c.payload)
    .where(
        CALL.c.request_id == bindparam("request_id"),
        CALL.c.transaction_id == bindparam("transaction_id"),
        CALL.c.hook == bindparam("hook"),
        CALL.c.event == bindparam("event"),
    )
    .order_by(CALL.c.id)
)


def is_told(
    connection: Connection, hook: str, event: str, *, request_id: int, transaction_id: int, barcode: str
) -> bool:
    """Return whether the hook was told of the item before, or will be: an undone act may be done again.

    A call that waits takes the barcode that is known when it is made. One that staff dismissed, or that went
    into a file, counts for nothing.
    """
    values = {"request_id": request_id, "transaction_id": transaction_id, "hook": hook, "event": event}
    return any(_covers(row, barcode) for row in _OF_EVENT.rows(connection, values))


def _covers(call: Any, barcode: str) -> bool:
    if call["state"] == "handed_over":
        return call["payload"]["barcode"] in ("", barcode)
    return bool(call["state"] not in ("dismissed", "filed"))
