"""Read the history of a request: each step with its cause and what was said. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.event_names import of_timer, spoken
from mailproc.ill.events import READER_WROTE
from mailproc.ill.facts import Facts, NotToldFact
from mailproc.ill.submitted import READERS_DOOR
from mailproc.ill.terms import State
from mailproc.sentence import Note, note
from mailproc.store import submissions
from mailproc.store.events import EVENT, HISTORY
from mailproc.store.prepared_statements import made
from mailproc.store.rows import Event
from mailproc.store.transactions import TRANSACTION


@dataclass(frozen=True)
class HistoryLine:
    """One line of a history.

    ``cause``: {"kind": letter|staff|timer|policy|reader, "id": I12, a name, E40, ''}. ``spoken``: ``event``,
    but an answer by its content (ill/event_names.py). ``note`` is in English; made of ``apdu`` (``theirs``:
    the partner sent it), ``remark`` of staff, ``answered`` (our automatic answer), ``not_told`` and ``why``
    (what happened to a letter of ours or a document) and ``not_looked_up`` (why the library system said
    nothing of the reader). ``documents``: how many came, or went, with it. ``barcode``: as staff gave it.
    ``foreign``: staff attached the letter, and its sender is no address of the partner.
    """

    attempt: int
    at: datetime
    event: str
    from_state: str
    to_state: str
    note: str
    cause: dict[str, str]
    spoken: str
    apdu: Apdu | None = None
    theirs: bool = False
    remark: str = ""
    answered: tuple[str, ...] = ()
    why: Note | None = None
    documents: int = 0
    not_told: tuple[NotToldFact, ...] = ()
    barcode: str = ""
    not_looked_up: Note | None = None
    foreign: bool = False


@dataclass(frozen=True)
class RecordedStep:
    """A row of the history with the attempt and the event that it belongs to."""

    id: int
    transaction_id: int
    event_id: int
    at: datetime
    event: str
    from_state: str
    to_state: str
    note: str
    attempt: int
    cause: str
    apdu: ApduJson | None
    facts: Facts | None
    inbox_id: int | None
    actor: str
    heard_by: str


def history(connection: Connection, request_id: int) -> list[HistoryLine]:
    """Return what became of a request that was submitted, and the steps of all attempts, oldest first."""
    statement = (
        select(
            HISTORY,
            TRANSACTION.c.attempt,
            EVENT.c.cause,
            EVENT.c.apdu,
            EVENT.c.facts,
            EVENT.c.inbox_id,
            EVENT.c.actor,
            EVENT.c.heard_by,
        )
        .join(TRANSACTION, TRANSACTION.c.id == HISTORY.c.transaction_id)
        .join(EVENT, EVENT.c.id == HISTORY.c.event_id)
        .where(TRANSACTION.c.request_id == request_id)
        .order_by(HISTORY.c.id)
    )
    steps = [_change(step) for step in made(RecordedStep, connection.execute(statement))]
    return [*_before(connection, request_id), *steps]


def _before(connection: Connection, request_id: int) -> list[HistoryLine]:
    submission = submissions.load(connection, request_id)
    return [_reviewed(event) for event in submissions.steps(connection, submission)] if submission else []


def _reviewed(event: Event) -> HistoryLine:
    """Return the line of an event from before the first attempt."""
    facts = event.facts or {}
    cause = {"kind": event.cause, "id": event.actor or f"E{event.id}"}
    if event.door == READERS_DOOR:
        cause = {"kind": "reader", "id": ""}
    if event.inbox_id is not None:
        cause = {"kind": "letter", "id": f"I{event.inbox_id}"}
    idle, text = State.IDLE.name, facts.get("text", "")
    why = note(facts["why"]) if facts.get("why") else None
    return HistoryLine(0, event.at, event.type, idle, idle, text, cause, event.type, why=why)


def _change(row: RecordedStep) -> HistoryLine:
    facts = row.facts or {}
    return HistoryLine(
        row.attempt,
        row.at,
        row.event,
        row.from_state,
        row.to_state,
        row.note,
        _cause(row),
        of_timer(spoken(row.event, row.apdu), with_us=bool(facts.get("with_us"))),
        apdu_json.from_json(row.apdu) if row.apdu else None,
        row.cause == "letter" or bool(row.heard_by),
        facts.get("remark") or "",
        tuple(facts.get("answered") or ()),
        note(facts["why"]) if facts.get("why") else None,
        facts.get("documents") or len(facts.get("attached") or ()),
        tuple(facts.get("not_told") or ()),
        facts.get("barcode") or "",
        note(facts["not_looked_up"]) if facts.get("not_looked_up") else None,
        bool(facts.get("foreign")),
    )


def _cause(row: RecordedStep) -> dict[str, str]:
    if row.cause == "letter" and row.inbox_id is not None:
        return {"kind": "letter", "id": f"I{row.inbox_id}"}
    if row.cause == "staff":
        told = {"heard_by": row.heard_by} if row.heard_by else {}
        return {"kind": "staff", "id": row.actor or "staff"} | told
    if row.event == READER_WROTE:
        return {"kind": "reader", "id": ""}
    return {"kind": row.cause, "id": f"E{row.event_id}"}
