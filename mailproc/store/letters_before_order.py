"""What we write about a request before anybody is asked for it: of no attempt of it."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, select

from mailproc.store.outgoing import INTENT, OUTGOING
from mailproc.store.prepared_statements import Constant
from mailproc.store.rows import SaidIntent

OF_REQUEST = and_(INTENT.c.request_id == bindparam("request_id"), INTENT.c.transaction_id.is_(None))
_INTENTS = Constant(
    select(INTENT, OUTGOING.c.state.label("letter_state"))
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(OF_REQUEST)
    .order_by(INTENT.c.id),
    SaidIntent,
)


def intents(connection: Connection, request_id: int) -> Sequence[SaidIntent]:
    """Return them, oldest first, each with the ``letter_state`` of its letter."""
    return _INTENTS.rows(connection, {"request_id": request_id})
