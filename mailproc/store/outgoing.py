"""What is to be said (intents) and the letters made of it (outgoing)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, or_, select

from mailproc.store import queue
from mailproc.store.statements import insert_into, table_of, update_of
from mailproc.store.tables import Instant, IntentRow, OutgoingRow

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
_PLACE = update_of(IntentRow, ("state", "outgoing_id", "last_error", "unfinished", "not_before"))
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
_EARLIER = INTENT.alias("earlier")
_EARLIER_LETTER = OUTGOING.alias("earlier_letter")
_WAITS_FOR_EARLIER = (
    select(_EARLIER.c.id)
    .select_from(_EARLIER.outerjoin(_EARLIER_LETTER, _EARLIER.c.outgoing_id == _EARLIER_LETTER.c.id))
    .where(
        _EARLIER.c.transaction_id == INTENT.c.transaction_id,
        _EARLIER.c.id < INTENT.c.id,
        _EARLIER.c.kind == "apdu",
        or_(
            _EARLIER.c.state == "held",
            and_(_EARLIER.c.state == "prepared", _EARLIER_LETTER.c.state.in_(UNDELIVERED)),
        ),
    )
)
_DUE = (
    select(INTENT.c.id, INTENT.c.unfinished)
    .where(
        INTENT.c.kind == bindparam("kind"),
        INTENT.c.state.in_(("todo", "held")),
        or_(INTENT.c.not_before.is_(None), INTENT.c.not_before <= bindparam("now", type_=Instant)),
        INTENT.c.partner.not_in(bindparam("paused", expanding=True)),
        or_(INTENT.c.kind != "apdu", ~_WAITS_FOR_EARLIER.exists()),
    )
    .order_by(INTENT.c.id)
    .limit(bindparam("most"))
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
    return int(connection.execute(_ADD_INTENT, values).scalar_one())


def add_letter(connection: Connection, letter: NewLetterOut) -> int:
    return int(connection.execute(_ADD_LETTER, asdict(letter)).scalar_one())


def claim_intents(
    connection: Connection, kind: str, paused: Sequence[str], now: datetime, limit: int
) -> list[RowMapping]:
    """Intents that may be put into a letter now, oldest first, their try counted.

    None of a paused partner; none whose transaction has an earlier APDU that has not left (a
    Cancel never overtakes its Request). What was held is tried again after its pause: a
    template may have been mended.
    """
    values = {"kind": kind, "paused": list(paused), "now": now, "most": limit}
    due = connection.execute(_DUE, values).all()
    return queue.begin(connection, IntentRow, [(row.id, row.unfinished) for row in due])


def hold_intent(connection: Connection, intent_id: int, error: str, not_before: datetime) -> None:
    """The intent cannot be put into words now; it is tried again at ``not_before``."""
    values = {"state": "held", "last_error": error, "not_before": not_before, "unfinished": 0}
    connection.execute(INTENT.update().where(INTENT.c.id == intent_id).values(values))


def still_wanted(connection: Connection, intent_ids: Sequence[int]) -> bool:
    """Is none of these withdrawn since they were claimed?"""
    states = select(INTENT.c.state).where(INTENT.c.id.in_(intent_ids))
    return all(state in ("todo", "held") for state in connection.execute(states).scalars())


def place(
    connection: Connection, intent_id: int, state: str, outgoing_id: int | None, error: str = ""
) -> None:
    """The intent stands in that letter (prepared), or is held, withdrawn, todo again."""
    values = {"row_id": intent_id, "state": state, "outgoing_id": outgoing_id, "last_error": error}
    values |= {"unfinished": 0, "not_before": None}
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
    word = str(last.letter_state or last.state)
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


def in_state(connection: Connection, state: str) -> Sequence[RowMapping]:
    """Letters in that state, oldest first."""
    statement = select(OUTGOING).where(OUTGOING.c.state == state).order_by(OUTGOING.c.id)
    return connection.execute(statement).mappings().all()
