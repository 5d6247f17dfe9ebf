"""What is to be said (intents) and the letters made of it (outgoing)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from mailproc.store.statements import insert_into, table_of, update_of
from mailproc.store.tables import IntentRow, OutgoingRow

INTENT = table_of(IntentRow)
OUTGOING = table_of(OutgoingRow)

LEFT = ("sending", "in_doubt", "handed_over", "filed", "bounced")
"""States of a letter that is, or may be, out of the house."""
UNDELIVERED = ("prepared", "sending", "in_doubt", "held", "shelved")
"""States that keep later letters of the same transaction waiting (order is kept)."""


@dataclass(frozen=True, kw_only=True)
class NewLetterOut:
    """A letter with its bytes fixed. ``raw`` holds the mask where a password belongs."""

    partner: str
    mail_from: str
    rcpt_to: str
    message_id: str
    subject: str
    raw: bytes
    prepared_at: datetime
    file_ref: str = ""
    secret_ref: str = ""
    state: str = "prepared"
    attempts: int = 0
    last_error: str = ""
    reply: str = ""
    file: str = ""


_ADD_INTENT = insert_into(
    IntentRow,
    ("event_id", "seq", "request_id", "transaction_id", "kind", "body", "partner", "state", "attempts",
     "last_error"),
)  # fmt: skip
_ADD_LETTER = insert_into(OutgoingRow, tuple(NewLetterOut.__dataclass_fields__))
_PLACE = update_of(IntentRow, ("state", "outgoing_id", "last_error"))
_LOAD = select(OUTGOING).where(OUTGOING.c.id == bindparam("outgoing_id"))
_LAST = (
    select(INTENT.c.state, INTENT.c.outgoing_id, OUTGOING.c.state.label("letter_state"))
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(
        INTENT.c.transaction_id == bindparam("transaction_id"),
        INTENT.c.kind == "apdu",
        INTENT.c.state != "withdrawn",
    )
    .order_by(INTENT.c.id.desc())
    .limit(1)
)
_OF_EVENT = (
    select(INTENT, OUTGOING.c.state.label("letter_state"))
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(INTENT.c.event_id == bindparam("event_id"))
)
_SAID = (
    select(INTENT.c.body)
    .where(
        INTENT.c.transaction_id == bindparam("transaction_id"),
        INTENT.c.kind == "apdu",
        INTENT.c.state != "withdrawn",
    )
    .order_by(INTENT.c.id)
)


def add_intent(connection: Connection, **row: Any) -> int:
    """``kind`` apdu: body {"apdu": …}; notice: body {"notice", "to", …}."""
    values = {"request_id": None, "transaction_id": None, "partner": ""} | row
    values |= {"state": "todo", "attempts": 0, "last_error": ""}
    return connection.execute(_ADD_INTENT, values).scalar_one()


def add_letter(connection: Connection, letter: NewLetterOut) -> int:
    return connection.execute(_ADD_LETTER, asdict(letter)).scalar_one()


def place(
    connection: Connection, intent_id: int, state: str, outgoing_id: int | None, error: str = ""
) -> None:
    """The intent stands in that letter (prepared), or is held, withdrawn, todo again."""
    values = {"row_id": intent_id, "state": state, "outgoing_id": outgoing_id, "last_error": error}
    connection.execute(_PLACE, values)


def load(connection: Connection, outgoing_id: int) -> RowMapping | None:
    return connection.execute(_LOAD, {"outgoing_id": outgoing_id}).mappings().one_or_none()


def change(connection: Connection, outgoing_id: int, **values: Any) -> None:
    connection.execute(OUTGOING.update().where(OUTGOING.c.id == outgoing_id).values(values))


def intents_of(connection: Connection, outgoing_id: int) -> Sequence[RowMapping]:
    statement = select(INTENT).where(INTENT.c.outgoing_id == outgoing_id).order_by(INTENT.c.id)
    return connection.execute(statement).mappings().all()


def of_event(connection: Connection, event_id: int) -> Sequence[RowMapping]:
    """The intents of an event, each with ``letter_state`` of its letter."""
    return connection.execute(_OF_EVENT, {"event_id": event_id}).mappings().all()


def said(connection: Connection, transaction_id: int) -> Sequence[dict[str, Any]]:
    """The JSON of every APDU we said in the transaction, oldest first."""
    bodies = connection.execute(_SAID, {"transaction_id": transaction_id}).scalars().all()
    return [body["apdu"] for body in bodies]


def delivery(connection: Connection, transaction_id: int) -> str:
    """Is our last word with them? waiting, sending, handed_over, in_doubt, held, bounced, failed,
    filed, withdrawn, or '' where nothing was to be sent. Computed, never stored twice."""
    last = connection.execute(_LAST, {"transaction_id": transaction_id}).one_or_none()
    if last is None:
        return ""
    word = last.letter_state or last.state
    return {"todo": "waiting", "prepared": "waiting", "shelved": "failed"}.get(word, word)


def unsaid(connection: Connection, transaction_id: int) -> Sequence[RowMapping]:
    """The intents of the transaction whose letter has not left: these can be taken back."""
    statement = (
        select(INTENT, OUTGOING.c.state.label("letter_state"))
        .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
        .where(INTENT.c.transaction_id == transaction_id, INTENT.c.kind == "apdu")
        .where(INTENT.c.state.in_(("todo", "held", "prepared")))
    )
    rows = connection.execute(statement).mappings().all()
    return [row for row in rows if row["letter_state"] not in LEFT]


def withdraw(connection: Connection, intent: RowMapping) -> None:
    """Take the intent back; what shared its unsent letter goes into a new one."""
    place(connection, intent["id"], "withdrawn", intent["outgoing_id"])
    if intent["outgoing_id"] is None:
        return
    change(connection, intent["outgoing_id"], state="withdrawn")
    for other in intents_of(connection, intent["outgoing_id"]):
        if other["id"] != intent["id"] and other["state"] == "prepared":
            place(connection, other["id"], "todo", None)
