"""Take the reader out of the messages of a request, those that came and those that are sent, and of notes.

No state was ever computed from the reader, the address or the words of a message that this changes, so
``verify`` finds the same after it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, bindparam, select

from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.facts import Facts
from mailproc.store import submissions
from mailproc.store.events import EVENT, HISTORY
from mailproc.store.intent_bodies import (
    IntentBody,
    NoticeToPartner,
    NoticeToReader,
    NoticeToStaff,
    SendApdu,
    SendReport,
)
from mailproc.store.letters_before_order import OF_REQUEST
from mailproc.store.outgoing import INTENT
from mailproc.store.prepared_statements import Constant, table_of, update_of
from mailproc.store.reader_words import ReaderWords
from mailproc.store.rows import StoredPatron
from mailproc.store.tables import EventRow, HistoryRow, IntentRow, TransactionRow

READER = ("patron", "delivery")
"""Fields of an ILL-Request that say who the reader is, and where."""
_SAID = ("say", "say_first")
"""Facts that are a message; ``last_said`` has several."""
_TOLD = ("text", "why", "not_looked_up")
"""Facts that are sentences."""
_TRANSACTION = table_of(TransactionRow)
_IN_ATTEMPTS = _TRANSACTION.c.request_id == bindparam("request_id")
_EVENTS = Constant(
    select(EVENT.c.id, EVENT.c.apdu, EVENT.c.facts)
    .join(_TRANSACTION, _TRANSACTION.c.id == EVENT.c.transaction_id)
    .where(_IN_ATTEMPTS)
)
_EVENT = Constant(
    select(EVENT.c.id, EVENT.c.apdu, EVENT.c.facts).where(
        EVENT.c.id == bindparam("row_id"), EVENT.c.transaction_id.is_(None)
    )
)
_INTENTS = Constant(
    select(INTENT.c.id, INTENT.c.body)
    .join(_TRANSACTION, _TRANSACTION.c.id == INTENT.c.transaction_id)
    .where(_IN_ATTEMPTS)
)
_INTENTS_BEFORE = Constant(select(INTENT.c.id, INTENT.c.body).where(OF_REQUEST))
_HISTORY = Constant(
    select(HISTORY.c.id, HISTORY.c.note)
    .join(_TRANSACTION, _TRANSACTION.c.id == HISTORY.c.transaction_id)
    .where(_IN_ATTEMPTS, HISTORY.c.note != "")
)
_SET_EVENT = Constant(update_of(EventRow, ("apdu", "facts")))
_SET_BODY = Constant(update_of(IntentRow, ("body",)))
_SET_NOTE = Constant(update_of(HistoryRow, ("note",)))


def words_of(connection: Connection, request_id: int, reader: StoredPatron | None) -> ReaderWords:
    """Return what names the reader of a request, as the store, its messages and a form do."""
    persons = [
        person
        for row in _EVENTS.rows(connection, {"request_id": request_id})
        if (person := (row["apdu"] or {}).get("patron"))
    ]
    numbers = [str(one.get("id") or "") for one in persons]
    names = [str(one.get("name") or "") for one in persons]
    emails = list[str]()
    if (form := submissions.load(connection, request_id)) is not None:
        said = form.reader or {}
        numbers.append(form.patron_id)
        names.append(said.get("name", ""))
        emails.append(said.get("email", ""))
    if reader is not None:
        numbers += [reader.id, *(reader.barcodes or ())]
        names.append(reader.name)
        emails.append(reader.email)
    return ReaderWords(numbers, names, emails)


def erase(connection: Connection, request_id: int, words: ReaderWords) -> None:
    """Take id, name and address of the reader out of all messages of the request, and ``words`` of texts."""
    wanted = {"request_id": request_id}
    events = [
        {"row_id": row["id"], "apdu": apdu, "facts": facts}
        for row in (*_EVENTS.rows(connection, wanted), *_before_an_order(connection, request_id))
        for apdu, facts in [(_unnamed_apdu(row["apdu"], words), _unnamed_facts(row["facts"], words))]
        if (apdu, facts) != (row["apdu"], row["facts"])
    ]
    said = (*_INTENTS.rows(connection, wanted), *_INTENTS_BEFORE.rows(connection, wanted))
    intents = [(row["id"], row["body"]) for row in said]
    bodies = [
        {"row_id": one, "body": new}
        for one, body in intents
        if body is not None and (new := _unnamed_body(body, words)) != body
    ]
    _SET_EVENT.run_many(connection, events)
    _SET_BODY.run_many(connection, bodies)
    _SET_NOTE.run_many(connection, list(_notes(connection, request_id, words)))


def _before_an_order(connection: Connection, request_id: int) -> list[RowMapping]:
    """Return the events of a request to review: they are of no attempt."""
    form = submissions.load(connection, request_id)
    ids = (form.event_ids if form is not None else None) or ()
    return [row for one in ids for row in _EVENT.rows(connection, {"row_id": one})]


def _notes(connection: Connection, request_id: int, words: ReaderWords) -> Iterator[Mapping[str, Any]]:
    for row in _HISTORY.rows(connection, {"request_id": request_id}):
        if (note := words.from_stored(row["note"])) != row["note"]:
            yield {"row_id": row["id"], "note": note}


def _unnamed_apdu(apdu: ApduJson | None, words: ReaderWords) -> ApduJson | None:
    if apdu is None:
        return None
    kept = {name: value for name, value in apdu.items() if name not in READER}
    if isinstance(note := kept.get("note"), str):
        kept["note"] = words.from_message(note)
    return cast(ApduJson, kept)


def _unnamed_facts(facts: Facts | None, words: ReaderWords) -> Facts | None:
    if facts is None:
        return None
    kept = dict(facts)
    for name in _SAID:
        if name in facts:
            kept[name] = _unnamed_apdu(facts[name], words)  # type: ignore[literal-required]  # of _SAID
    if said := facts.get("last_said"):
        kept["last_said"] = {name: _unnamed_apdu(apdu, words) for name, apdu in said.items()}
    if remark := facts.get("remark"):
        kept["remark"] = words.from_note(remark)
    kept |= {name: words.from_stored(str(kept[name])) for name in _TOLD if name in kept}
    return cast(Facts, kept)


def _unnamed_body(body: IntentBody, words: ReaderWords) -> IntentBody:
    if isinstance(body, NoticeToReader):
        return replace(body, note=words.from_note(body.note))
    if isinstance(body, NoticeToStaff):  # it may have a reader's words and address
        reasons = body.facts.get("reasons")
        return NoticeToStaff(body.name, {"reasons": reasons} if reasons else {})
    if isinstance(body, SendApdu | NoticeToPartner | SendReport):
        return replace(body, apdu=cast(ApduJson, _unnamed_apdu(body.apdu, words)))
    return body
