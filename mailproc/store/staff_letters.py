"""What letters to staff were made of: words of others, who wrote them, and which readers they were about."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from mailproc.store.intent_bodies import NoticeToStaff
from mailproc.store.outgoing import INTENT
from mailproc.store.prepared_statements import Constant, update_of
from mailproc.store.tables import IntentRow

_OF_LETTER = Constant(
    select(INTENT.c.id, INTENT.c.body).where(INTENT.c.outgoing_id == bindparam("outgoing_id"))
)
_SET_BODY = Constant(update_of(IntentRow, ("body",)))


def empty(connection: Connection, outgoing_ids: Sequence[int]) -> None:
    """Forget what these letters said, where they were to staff; that there were such letters stays."""
    found = [row for one in outgoing_ids for row in _OF_LETTER.rows(connection, {"outgoing_id": one})]
    emptied = [
        {"row_id": row["id"], "body": NoticeToStaff(row["body"].name, {})}
        for row in found
        if isinstance(row["body"], NoticeToStaff) and row["body"].facts
    ]
    _SET_BODY.run_many(connection, emptied)
