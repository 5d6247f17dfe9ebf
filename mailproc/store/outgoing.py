"""What is to be said (intents) and the letters made of it (outgoing)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, bindparam, func, or_, select, union_all

from mailproc.store import queue
from mailproc.store.statements import Constant, insert_into, table_of, update_of
from mailproc.store.tables import EventRow, Instant, IntentRow, OutgoingRow

EVENT = table_of(EventRow)
INTENT = table_of(IntentRow)
OUTGOING = table_of(OutgoingRow)

LEFT = ("sending", "in_doubt", "handed_over", "filed", "bounced", "dismissed")
"""States of a letter that is, or may be, out of the house, or of which nothing more is to become."""
UNDELIVERED = ("prepared", "sending", "in_doubt", "held", "shelved")
"""States that keep later letters of the same transaction waiting (order is kept)."""
UNWORDED = ("todo", "held", "shelved")
"""States of an intent that stands in no letter yet; they keep the later ones waiting too."""


@dataclass(frozen=True, kw_only=True)
class NewLetterOut:
    """A letter with its bytes fixed. ``raw`` holds the mask where a password belongs; ``partner`` is '' of a
    letter to our readers and staff."""

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


_ADD_INTENT = Constant(insert_into(
    IntentRow,
    ("event_id", "seq", "request_id", "transaction_id", "kind", "body", "partner", "state", "attempts",
     "last_error"),
))  # fmt: skip
_ADD_LETTER = Constant(insert_into(OutgoingRow, tuple(NewLetterOut.__dataclass_fields__)))
_PLACE = Constant(update_of(IntentRow, ("state", "outgoing_id", "last_error", "unfinished", "not_before")))
_LOAD = select(OUTGOING).where(OUTGOING.c.id == bindparam("outgoing_id"))
_LAST = (
    select(INTENT, OUTGOING.c.state.label("letter_state"))
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(
        INTENT.c.transaction_id == bindparam("transaction_id"),
        INTENT.c.kind == "apdu",
        INTENT.c.state != "done",  # nothing was to be said
    )
    .order_by(INTENT.c.state == "withdrawn", INTENT.c.id.desc())  # what was taken back comes last
    .limit(1)
)
_OF_EVENT = (
    select(INTENT, OUTGOING.c.state.label("letter_state"))
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(INTENT.c.event_id == bindparam("event_id"))
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
            _EARLIER.c.state.in_(UNWORDED),
            and_(_EARLIER.c.state == "prepared", _EARLIER_LETTER.c.state.in_(UNDELIVERED)),
        ),
    )
)
_FOR_OUR_OWN = and_(INTENT.c.kind == "notice", INTENT.c.body["to"].as_string() != "partner")
"""A reader and our staff are told of a paused partner all the same."""
_DUE = (
    select(INTENT.c.id, INTENT.c.unfinished)
    .where(
        INTENT.c.kind == bindparam("kind"),
        INTENT.c.state.in_(("todo", "held")),
        or_(
            INTENT.c.not_before.is_(None),
            INTENT.c.not_before <= bindparam("now", type_=Instant),
            INTENT.c.not_before > bindparam("far", type_=Instant),  # queue.LONGEST says why
        ),
        or_(INTENT.c.partner.not_in(bindparam("paused", expanding=True)), _FOR_OUR_OWN),
        or_(INTENT.c.kind != "apdu", ~_WAITS_FOR_EARLIER.exists()),
    )
    .order_by(INTENT.c.id)
    .limit(bindparam("most"))
)


def _oldest(*which: ColumnElement[bool]) -> Any:
    """A branch of its own for each kind of ``not_before``: each walks the index and stops at one."""
    unpaused = OUTGOING.c.partner.not_in(bindparam("paused", expanding=True))
    branch = select(OUTGOING.c.id, OUTGOING.c.unfinished).where(
        OUTGOING.c.state == "prepared", unpaused, *which
    )
    return select(branch.order_by(OUTGOING.c.id).limit(1).subquery())


def _due(*which: ColumnElement[bool]) -> Any:
    return union_all(
        _oldest(OUTGOING.c.not_before.is_(None), *which),
        _oldest(OUTGOING.c.not_before <= bindparam("now", type_=Instant), *which),
        _oldest(OUTGOING.c.not_before > bindparam("far", type_=Instant), *which),
    )


_BESIDE = INTENT.alias("beside")
_OF_THE_SAME_REQUEST = select(INTENT.c.id).where(
    INTENT.c.outgoing_id == OUTGOING.c.id,
    INTENT.c.request_id.in_(
        select(_BESIDE.c.request_id).where(_BESIDE.c.outgoing_id.in_(bindparam("beside", expanding=True)))
    ),
)
_LETTERS_DUE = _due()
_LETTERS_DUE_BESIDE = _due(~_OF_THE_SAME_REQUEST.exists())
"""Those that say nothing of a request of which a letter under way speaks."""
_TROUBLE_KNOWN = (
    select(OUTGOING.c.id)
    .where(OUTGOING.c.state == "prepared", OUTGOING.c.last_error == bindparam("why"))
    .limit(1)
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


def add_intent(connection: Connection, **row: Any) -> int:
    """``kind`` apdu: body {"apdu": …}; notice: body {"notice", "to", …}."""
    values = {"request_id": None, "transaction_id": None, "partner": ""} | row
    values |= {"state": "todo", "attempts": 0, "last_error": ""}
    return int(_ADD_INTENT.scalar(connection, values))


def add_letter(connection: Connection, letter: NewLetterOut) -> int:
    return int(_ADD_LETTER.scalar(connection, vars(letter)))


def claim_intents(
    connection: Connection, kind: str, paused: Sequence[str], now: datetime, limit: int
) -> list[RowMapping]:
    """Intents that may be put into a letter now, oldest first, their try counted.

    None for a paused partner, nor for its people; none whose transaction has an earlier APDU that has not
    left (a Cancel never overtakes its Request), so a letter says one thing of a transaction and no more.
    What was held is tried again after its pause: a template may have been mended.
    """
    values = {"kind": kind, "paused": list(paused), "now": now, "far": queue.far(now), "most": limit}
    due = connection.execute(_DUE, values).all()
    return queue.begin(connection, IntentRow, [(row.id, row.unfinished) for row in due])


def claim_letter(
    connection: Connection, paused: Sequence[str], now: datetime, beside: Sequence[int] = ()
) -> RowMapping | None:
    """The oldest letter that is due, its try counted and its state ``sending``; none of a paused partner.

    ``beside``: the letters under way. None about a request of which one of them speaks, so that no later word
    overtakes an earlier one; and none over which the process died before, which goes alone.
    ``unfinished`` stays as the claim counted it: a letter that kills the process must be known by it.
    """
    rows: list[RowMapping] = []
    values = {"paused": list(paused), "now": now, "far": queue.far(now)}
    while not rows:  # one that killed the process twice is shelved here, and the next one looked at
        due = _due_letters(connection, values, beside)
        if not due or (beside and 0 < min(due)[1] < queue.DEATHS):
            return None
        rows = queue.begin(connection, OutgoingRow, [min(due)])
    change(connection, rows[0]["id"], state="sending", sending_since=now, unfinished=rows[0]["unfinished"])
    return rows[0]


def _due_letters(connection: Connection, values: dict[str, Any], beside: Sequence[int]) -> list[queue.Due]:
    statement, more = (_LETTERS_DUE_BESIDE, {"beside": list(beside)}) if beside else (_LETTERS_DUE, {})
    return [(row.id, row.unfinished) for row in connection.execute(statement, values | more)]


def trouble_known(connection: Connection, why: str) -> bool:
    """Does another letter wait for the same reason already?"""
    return connection.execute(_TROUBLE_KNOWN, {"why": why}).first() is not None


def notices_beside(connection: Connection, intent: RowMapping) -> Sequence[RowMapping]:
    """The notices that wait because of the letter that ``intent`` came of, itself among them; none where
    it came of no letter."""
    return connection.execute(_OF_LETTER, {"event_id": intent["event_id"]}).mappings().all()


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
    _PLACE.run(connection, values)


def load(connection: Connection, outgoing_id: int) -> RowMapping | None:
    return connection.execute(_LOAD, {"outgoing_id": outgoing_id}).mappings().one_or_none()


def change(connection: Connection, outgoing_id: int, **values: Any) -> None:
    connection.execute(OUTGOING.update().where(OUTGOING.c.id == outgoing_id).values(values))


def bounced(connection: Connection, outgoing_id: int, why: str) -> bool:
    """A letter of ours came back undelivered. False where it is known to have, or cannot have: it is still
    here, or was withdrawn."""
    out = [state for state in LEFT if state not in ("bounced", "dismissed")]
    this = (OUTGOING.c.id == outgoing_id, OUTGOING.c.state.in_(out))
    return (
        connection.execute(OUTGOING.update().where(*this).values(state="bounced", last_error=why)).rowcount
        > 0
    )


def is_to_people(connection: Connection, outgoing_id: int) -> bool:
    """Is it a notice, a receipt or a report, and no message of a transaction?"""
    return all(intent["kind"] != "apdu" for intent in intents_of(connection, outgoing_id))


def intents_of(connection: Connection, outgoing_id: int) -> Sequence[RowMapping]:
    statement = select(INTENT).where(INTENT.c.outgoing_id == outgoing_id).order_by(INTENT.c.id)
    return connection.execute(statement).mappings().all()


def of_event(connection: Connection, event_id: int) -> Sequence[RowMapping]:
    """The intents of an event, each with ``letter_state`` of its letter."""
    return connection.execute(_OF_EVENT, {"event_id": event_id}).mappings().all()


def unwritten(connection: Connection, transaction_ids: Sequence[int]) -> Sequence[RowMapping]:
    """The notices about these that became no letter, oldest first, each with its ``last_error``."""
    statement = select(INTENT).where(
        INTENT.c.transaction_id.in_(transaction_ids),
        INTENT.c.kind == "notice",
        INTENT.c.state == "withdrawn",
        INTENT.c.outgoing_id.is_(None),
        INTENT.c.last_error != "",
    )
    return connection.execute(statement.order_by(INTENT.c.id)).mappings().all()


def notices_of(connection: Connection, transaction_ids: Sequence[int]) -> set[str]:
    """The names of the notices about these that were written, or are to be."""
    statement = select(INTENT.c.body).where(
        INTENT.c.transaction_id.in_(transaction_ids), INTENT.c.kind == "notice", INTENT.c.state != "withdrawn"
    )
    return {str(body.get("notice", "")) for body in connection.execute(statement).scalars()}


def said(connection: Connection, transaction_id: int) -> Sequence[dict[str, Any]]:
    """The JSON of every APDU we said in the transaction, oldest first."""
    rows = _SAID.rows(connection, {"transaction_id": transaction_id})
    return [row["body"]["apdu"] for row in rows]


def last_said(connection: Connection, transaction_id: int) -> RowMapping | None:
    """The intent of our last word in the transaction, with ``letter_state`` of its letter."""
    return connection.execute(_LAST, {"transaction_id": transaction_id}).mappings().one_or_none()


def delivery(connection: Connection, transaction_id: int) -> str:
    """Is our last word with them? waiting, sending, handed_over, in_doubt, held, bounced, failed,
    filed, withdrawn, or '' where nothing was to be sent. Computed, never stored twice."""
    last = last_said(connection, transaction_id)
    if last is None:
        return ""
    word = str(last["letter_state"] or last["state"])
    return {"todo": "waiting", "prepared": "waiting", "shelved": "failed"}.get(word, word)


def unsaid(connection: Connection, transaction_id: int) -> Sequence[RowMapping]:
    """The intents of the transaction whose letter has not left: these can be taken back."""
    statement = (
        select(INTENT, OUTGOING.c.state.label("letter_state"))
        .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
        .where(INTENT.c.transaction_id == transaction_id, INTENT.c.kind == "apdu")
        .where(INTENT.c.state.in_((*UNWORDED, "prepared")))
    )
    rows = connection.execute(statement).mappings().all()
    return [row for row in rows if row["letter_state"] not in LEFT]


def withdraw(connection: Connection, intent: RowMapping) -> None:
    """Take the intent back; what shared its letter that waits goes into a new one.

    A letter that is held or given up stays for staff: ``renew_letter`` when they let it go.
    """
    letter_id = intent["outgoing_id"]
    place(connection, intent["id"], "withdrawn", letter_id)
    if letter_id is None:
        return
    others = [other for other in intents_of(connection, letter_id) if other["state"] == "prepared"]
    if intent["letter_state"] == "prepared" or not others:
        renew_letter(connection, letter_id)


def renew_letter(connection: Connection, outgoing_id: int) -> None:
    """Withdraw the letter; what is still to be said in it goes into a new one."""
    change(connection, outgoing_id, state="withdrawn")
    for intent in intents_of(connection, outgoing_id):
        if intent["state"] == "prepared":
            place(connection, intent["id"], "todo", None)


def prepared_to(connection: Connection, partner: str, address: str) -> Sequence[int]:
    """Letters to the partner at ``address`` (upper and lower case alike) that are about to leave."""
    there = (OUTGOING.c.partner == partner, func.lower(OUTGOING.c.rcpt_to) == func.lower(address))
    statement = select(OUTGOING.c.id).where(OUTGOING.c.state == "prepared", *there).order_by(OUTGOING.c.id)
    return connection.execute(statement).scalars().all()


def in_state(connection: Connection, state: str) -> Sequence[RowMapping]:
    """Letters in that state, oldest first."""
    statement = select(OUTGOING).where(OUTGOING.c.state == state).order_by(OUTGOING.c.id)
    return connection.execute(statement).mappings().all()
