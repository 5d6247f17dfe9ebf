"""Intents (what is to be sent) and the letters made of them (outgoing)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from mailproc.ill.apdu_json import ApduJson
from mailproc.mail.letter import BY_MAIL
from mailproc.store import letter_bytes
from mailproc.store.intent_bodies import IntentBody, name_of
from mailproc.store.prepared_statements import Constant, insert_into, made, table_of, update_of
from mailproc.store.rows import Intent, OutgoingLetter, OutgoingRecord, SaidIntent
from mailproc.store.tables import EventRow, IntentRow, OutgoingRow

EVENT = table_of(EventRow)
INTENT = table_of(IntentRow)
OUTGOING = table_of(OutgoingRow)

TO_PRINT, PRINTED = "to_print", "printed"
"""States of a letter to a reader without an e-mail address, which never goes by mail."""
LEFT = ("sending", "in_doubt", "handed_over", "filed", "bounced", "dismissed", PRINTED)
"""States of a letter that has left, or may have, or that is finished."""
UNDELIVERED = ("prepared", "sending", "in_doubt", "held", "shelved")
"""States that keep later letters of the same transaction waiting (their order is kept)."""
UNWORDED = ("todo", "held", "shelved")
"""States of an intent without a letter; they keep later ones waiting too."""


@dataclass(frozen=True, kw_only=True)
class NewLetterOut:
    """A letter with its bytes fixed.

    ``raw`` holds the mask in place of a password; ``partner`` is '' for a letter to our readers and staff.
    """

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
    transport: str = BY_MAIL
    documents: str = ""
    trace: str = ""


_ADD_INTENT = Constant(insert_into(
    IntentRow,
    ("event_id", "seq", "request_id", "transaction_id", "kind", "body", "partner", "state", "attempts",
     "last_error", "not_before", "trace"),
))  # fmt: skip
_ADD_LETTER = Constant(
    insert_into(OutgoingRow, tuple(name for name in NewLetterOut.__dataclass_fields__ if name != "raw"))
)
_PLACE = Constant(update_of(IntentRow, ("state", "outgoing_id", "last_error", "unfinished", "not_before")))
_LOAD = Constant(
    select(*letter_bytes.whole(OUTGOING)).where(OUTGOING.c.id == bindparam("outgoing_id")), OutgoingLetter
)
_RECORD = Constant(select(OUTGOING).where(OUTGOING.c.id == bindparam("outgoing_id")), OutgoingRecord)
_LAST = Constant(
    select(INTENT, OUTGOING.c.state.label("letter_state"))
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(
        INTENT.c.transaction_id == bindparam("transaction_id"),
        INTENT.c.kind == "apdu",
        INTENT.c.state != "done",  # nothing was to be said
    )
    .order_by(INTENT.c.state == "withdrawn", INTENT.c.id.desc())  # withdrawn intents come last
    .limit(1),
    SaidIntent,
)
_OF_EVENT = (
    select(INTENT, OUTGOING.c.state.label("letter_state"))
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(INTENT.c.event_id == bindparam("event_id"))
    .order_by(INTENT.c.id)
)
_SAME_LETTER = EVENT.alias("same_letter")
_OF_LETTER = (
    select(INTENT)
    .join(EVENT, EVENT.c.id == INTENT.c.event_id)
    .join(_SAME_LETTER, _SAME_LETTER.c.inbox_id == EVENT.c.inbox_id)
    .where(
        _SAME_LETTER.c.id == bindparam("event_id"),
        INTENT.c.kind == "notice",
        INTENT.c.state.in_(("todo", "held")),
    )
    .order_by(INTENT.c.id)
)
_SAID = Constant(
    select(INTENT.c.body)
    .where(
        INTENT.c.transaction_id == bindparam("transaction_id"),
        INTENT.c.kind == "apdu",
        INTENT.c.state != "withdrawn",
    )
    .order_by(INTENT.c.id)
)


def add_intent(
    connection: Connection,
    body: IntentBody,
    *,
    event_id: int,
    seq: int,
    trace: str = "",
    partner: str = "",
    request_id: int | None = None,
    transaction_id: int | None = None,
    not_before: datetime | None = None,
) -> int:
    """Write an intent of event ``event_id``, ``seq`` in its order; return its id.

    ``trace``: what it comes from (``traces.of_event``). ``not_before``: until then no letter is made of it.
    """
    values = {
        "event_id": event_id,
        "seq": seq,
        "request_id": request_id,
        "transaction_id": transaction_id,
        "kind": body.kind,
        "body": body,
        "partner": partner,
        "state": "todo",
        "attempts": 0,
        "last_error": "",
        "not_before": not_before,
        "trace": trace,
    }
    return int(_ADD_INTENT.scalar(connection, values))


def add_letter(connection: Connection, letter: NewLetterOut) -> int:
    outgoing_id = int(_ADD_LETTER.scalar(connection, vars(letter)))
    letter_bytes.add_ours(connection, outgoing_id, letter.prepared_at, letter.raw)
    return outgoing_id


def notices_beside(connection: Connection, intent: Intent) -> Sequence[Intent]:
    """Return the waiting notices caused by the same received letter as ``intent``, itself included.

    Empty if no letter caused it.
    """
    return made(Intent, connection.execute(_OF_LETTER, {"event_id": intent.event_id}))


def hold_intent(connection: Connection, intent_id: int, error: str, not_before: datetime) -> None:
    """Hold an intent that cannot be composed now; it is tried again at ``not_before``."""
    values = {"state": "held", "last_error": error, "not_before": not_before, "unfinished": 0}
    connection.execute(INTENT.update().where(INTENT.c.id == intent_id).values(values))


def still_wanted(connection: Connection, intent_ids: Sequence[int]) -> bool:
    """Return whether none of these was withdrawn since they were claimed."""
    states = select(INTENT.c.state).where(INTENT.c.id.in_(intent_ids))
    return all(state in ("todo", "held") for state in connection.execute(states).scalars())


def place(
    connection: Connection, intent_id: int, state: str, outgoing_id: int | None, error: str = ""
) -> None:
    """Record that the intent is in that letter (prepared), or is held, withdrawn, or to be done again."""
    values = {"row_id": intent_id, "state": state, "outgoing_id": outgoing_id, "last_error": error}
    values |= {"unfinished": 0, "not_before": None}
    _PLACE.run(connection, values)


def load(connection: Connection, outgoing_id: int) -> OutgoingLetter | None:
    """Raise as ``Archives.read`` if its bytes are archived and cannot be read."""
    row = _LOAD.row(connection, {"outgoing_id": outgoing_id})
    return row and letter_bytes.filled(connection, row)


def record(connection: Connection, outgoing_id: int) -> OutgoingRecord | None:
    """Return what is known of a letter, without its bytes."""
    return _RECORD.row(connection, {"outgoing_id": outgoing_id})


def change(connection: Connection, outgoing_id: int, **values: Any) -> None:
    _change(tuple(values)).run(connection, values | {"row_id": outgoing_id})


def end_sending(connection: Connection, outgoing_id: int, **values: Any) -> bool:
    """Change a letter that is being sent; False if it no longer is."""
    return _change(tuple(values), sending=True).count(connection, values | {"row_id": outgoing_id}) > 0


@cache
def _change(columns: tuple[str, ...], *, sending: bool = False) -> Constant[RowMapping]:
    """Return a statement that changes these columns; ``sending``: only of a letter that is being sent."""
    statement = update_of(OutgoingRow, columns)
    return Constant(statement.where(OUTGOING.c.state == "sending") if sending else statement)


def bounced(connection: Connection, outgoing_id: int, why: str) -> bool:
    """Mark a letter of ours as bounced. False if it is marked already, or cannot have bounced: it was not
    sent yet, or was withdrawn."""
    out = [state for state in LEFT if state not in ("bounced", "dismissed")]
    this = (OUTGOING.c.id == outgoing_id, OUTGOING.c.state.in_(out))
    return (
        connection.execute(OUTGOING.update().where(*this).values(state="bounced", last_error=why)).rowcount
        > 0
    )


def is_to_people(connection: Connection, outgoing_id: int) -> bool:
    """Return whether it is a notice, a receipt or a report, not a message of a transaction."""
    return all(intent.kind != "apdu" for intent in intents_of(connection, outgoing_id))


def intents_of(connection: Connection, outgoing_id: int) -> Sequence[Intent]:
    statement = select(INTENT).where(INTENT.c.outgoing_id == outgoing_id).order_by(INTENT.c.id)
    return made(Intent, connection.execute(statement))


def of_event(connection: Connection, event_id: int) -> Sequence[SaidIntent]:
    """Return the intents of an event, each with the ``letter_state`` of its letter."""
    return made(SaidIntent, connection.execute(_OF_EVENT, {"event_id": event_id}))


def unwritten(connection: Connection, transaction_ids: Sequence[int]) -> Sequence[Intent]:
    """Return the notices of these transactions without a letter, with ``last_error``, oldest first."""
    statement = select(INTENT).where(
        INTENT.c.transaction_id.in_(transaction_ids),
        INTENT.c.kind == "notice",
        INTENT.c.state == "withdrawn",
        INTENT.c.outgoing_id.is_(None),
        INTENT.c.last_error != "",
    )
    return made(Intent, connection.execute(statement.order_by(INTENT.c.id)))


def notices_of(connection: Connection, transaction_ids: Sequence[int]) -> set[str]:
    """Return the names of the notices of these that were written, or will be."""
    statement = select(INTENT.c.body).where(
        INTENT.c.transaction_id.in_(transaction_ids), INTENT.c.kind == "notice", INTENT.c.state != "withdrawn"
    )
    return {name_of(body) for body in connection.execute(statement).scalars()}


def waits_to_be_printed(connection: Connection, transaction_id: int, names: Collection[str]) -> bool:
    """Return whether a notice of one of these names is on paper that nobody has printed yet."""
    of_it = (INTENT.c.transaction_id == transaction_id, INTENT.c.kind == "notice")
    bodies = select(INTENT.c.body).join(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id)
    waiting = connection.execute(bodies.where(*of_it, OUTGOING.c.state == TO_PRINT)).scalars()
    return any(name_of(body) in names for body in waiting)


def is_written(connection: Connection, transaction_ids: Sequence[int], notice: str) -> bool:
    """Return whether a letter with this notice of these was written, and has left or will."""
    statement = select(INTENT.c.body).where(
        INTENT.c.transaction_id.in_(transaction_ids),
        INTENT.c.kind == "notice",
        INTENT.c.state.not_in((*UNWORDED, "withdrawn")),
    )
    return notice in map(name_of, connection.execute(statement).scalars())


def said(connection: Connection, transaction_id: int) -> Sequence[ApduJson]:
    """Return the JSON of every APDU that we sent in the transaction, oldest first."""
    rows = _SAID.rows(connection, {"transaction_id": transaction_id})
    return [row["body"].apdu for row in rows]


def last_said(connection: Connection, transaction_id: int) -> SaidIntent | None:
    """Return the intent of our last message in the transaction, with the ``letter_state`` of its letter."""
    return _LAST.row(connection, {"transaction_id": transaction_id})


def delivery(connection: Connection, transaction_id: int) -> str:
    """Return whether the partner has our last message.

    waiting, sending, handed_over, in_doubt, held, bounced, failed, filed, withdrawn, or '' if nothing was to
    be sent. Computed, never stored.
    """
    last = last_said(connection, transaction_id)
    if last is None:
        return ""
    word = str(last.letter_state or last.state)
    return {"todo": "waiting", "prepared": "waiting", "shelved": "failed"}.get(word, word)


def unsaid(connection: Connection, transaction_id: int) -> Sequence[SaidIntent]:
    """Select intents of the transaction whose letter was not sent: these can be withdrawn."""
    statement = (
        select(INTENT, OUTGOING.c.state.label("letter_state"))
        .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
        .where(INTENT.c.transaction_id == transaction_id, INTENT.c.kind == "apdu")
        .where(INTENT.c.state.in_((*UNWORDED, "prepared")))
    )
    rows = made(SaidIntent, connection.execute(statement))
    return [row for row in rows if row.letter_state not in LEFT]


def withdraw(connection: Connection, intent: SaidIntent) -> None:
    """Withdraw the intent; other waiting intents of its letter go into a new one.

    A letter that is held or given up is left to staff: ``renew_letter`` when they release it.
    """
    letter_id = intent.outgoing_id
    place(connection, intent.id, "withdrawn", letter_id)
    if letter_id is None:
        return
    others = [other for other in intents_of(connection, letter_id) if other.state == "prepared"]
    if intent.letter_state == "prepared" or not others:
        renew_letter(connection, letter_id)


def renew_letter(connection: Connection, outgoing_id: int) -> None:
    """Withdraw the letter; what is still to be sent of it goes into a new one."""
    change(connection, outgoing_id, state="withdrawn")
    for intent in intents_of(connection, outgoing_id):
        if intent.state == "prepared":
            place(connection, intent.id, "todo", None)


def prepared_to(connection: Connection, partner: str, address: str) -> Sequence[int]:
    """Return letters to the partner at ``address`` (case is ignored) that are about to leave."""
    there = (OUTGOING.c.partner == partner, func.lower(OUTGOING.c.rcpt_to) == func.lower(address))
    statement = select(OUTGOING.c.id).where(OUTGOING.c.state == "prepared", *there).order_by(OUTGOING.c.id)
    return connection.execute(statement).scalars().all()


def in_state(connection: Connection, state: str) -> list[OutgoingLetter]:
    """Return letters in that state, oldest first."""
    these = select(*letter_bytes.whole(OUTGOING)).where(OUTGOING.c.state == state)
    found = [letter_bytes.filled(connection, row) for row in made(OutgoingLetter, connection.execute(these))]
    return sorted(found, key=attrgetter("id"))
