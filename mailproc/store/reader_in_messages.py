"""Take the reader out of the messages of a request, those that came and those that are sent.

No state was ever computed from the reader or the address of a message, so ``verify`` finds the same after it.
"""

from dataclasses import replace
from typing import cast

from sqlalchemy import Connection, bindparam, select

from mailproc.ill.apdu_json import ApduJson
from mailproc.store.events import EVENT
from mailproc.store.intent_bodies import IntentBody, NoticeToPartner, SendApdu, SendReport
from mailproc.store.outgoing import INTENT
from mailproc.store.prepared_statements import Constant, table_of, update_of
from mailproc.store.tables import EventRow, IntentRow, TransactionRow

READER = ("patron", "delivery")
"""Fields of an ILL-Request that say who the reader is, and where."""
_TRANSACTION = table_of(TransactionRow)
_IN_ATTEMPTS = _TRANSACTION.c.request_id == bindparam("request_id")
_EVENTS = Constant(
    select(EVENT.c.id, EVENT.c.apdu)
    .join(_TRANSACTION, _TRANSACTION.c.id == EVENT.c.transaction_id)
    .where(_IN_ATTEMPTS)
)
_INTENTS = Constant(
    select(INTENT.c.id, INTENT.c.body)
    .join(_TRANSACTION, _TRANSACTION.c.id == INTENT.c.transaction_id)
    .where(_IN_ATTEMPTS)
)
_SET_APDU = Constant(update_of(EventRow, ("apdu",)))
_SET_BODY = Constant(update_of(IntentRow, ("body",)))


def erase(connection: Connection, request_id: int) -> None:
    """Take id, name and address of the reader out of all messages of the request."""
    wanted = {"request_id": request_id}
    events = [(row["id"], row["apdu"]) for row in _EVENTS.rows(connection, wanted)]
    intents = [(row["id"], row["body"]) for row in _INTENTS.rows(connection, wanted)]
    _SET_APDU.run_many(
        connection, [{"row_id": one, "apdu": _without(apdu)} for one, apdu in events if _names_reader(apdu)]
    )
    _SET_BODY.run_many(
        connection, [{"row_id": one, "body": new} for one, body in intents if (new := _unnamed(body))]
    )


def _names_reader(apdu: ApduJson | None) -> bool:
    return apdu is not None and any(name in apdu for name in READER)


def _without(apdu: ApduJson) -> ApduJson:
    return cast(ApduJson, {name: value for name, value in apdu.items() if name not in READER})


def _unnamed(body: IntentBody | None) -> IntentBody | None:
    """Return the body without the reader; None if it does not name one."""
    if isinstance(body, SendApdu | NoticeToPartner | SendReport) and _names_reader(body.apdu):
        return replace(body, apdu=_without(body.apdu))
    return None
