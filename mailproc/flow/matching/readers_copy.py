"""Which documents of a copy its reader has by mail, and which lie with us."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.matching import item_received
from mailproc.ill.effects import FORWARDED
from mailproc.ill.terms import Service
from mailproc.ill.transaction_state import NOTED
from mailproc.mail.addresses import ascii_lower
from mailproc.store import documents, events, outgoing, undelivered
from mailproc.store.intent_bodies import name_of
from mailproc.store.rows import StoredDocument, StoredRequest, Transaction


def sent_to(request: StoredRequest, context: Context) -> str:
    """Return the reader's address to which a copy went by e-mail, so that it is not collected; else ''."""
    where = (request.delivery or {}) if request.service == Service.COPY.name else {}
    address = "" if where.get("postal") else str(where.get("electronic") or "")
    return "" if ascii_lower(address) in context.mailed_to else address  # ours: it waits at the desk


def sent_before(connection: Connection, transaction: Transaction) -> Sequence[StoredDocument]:
    """Return the documents of the attempt that went to its reader, or are about to.

    What went before staff recorded a wrong copy, or a part, was no more than that; a letter that failed
    brought nothing.
    """
    flawed = item_received.flawed_receipt(connection, transaction.id)
    return [one for one in sent_ever(connection, transaction) if one.event_id > flawed]


def sent_ever(connection: Connection, transaction: Transaction) -> Sequence[StoredDocument]:
    """Return every document of the attempt that went to its reader, or is about to."""
    known = documents.of_request(connection, transaction.request_id)
    of_it = [one for one in known if one.transaction_id == transaction.id]
    went = [one for one in of_it if one.recipient == documents.TO_READER and not one.why_not]
    return [one for one in went if not _failed(connection, one.event_id)]


def is_with_us(connection: Connection, transaction: Transaction) -> bool:
    """Return whether files of the attempt, or a link to them, came to us and have not gone to its reader.

    What staff have recorded as the wrong copy is not meant.
    """
    wrong = item_received.wrong_receipt(connection, transaction.id)
    happened = (one for one in events.standing(connection, transaction.id) if one.id > wrong)
    heard = [event.facts or {} for event in happened if event.type not in NOTED]
    if any(facts.get("link") for facts in heard):
        return True
    return any(facts.get("documents") for facts in heard) and not _all_went(connection, transaction, wrong)


def _all_went(connection: Connection, transaction: Transaction, since: int) -> bool:
    """Return whether its documents that an event after ``since`` was about were passed on, each of them."""
    known = documents.of_request(connection, transaction.request_id)
    to_reader = (one for one in known if one.recipient == documents.TO_READER)
    came = {one.digest for one in to_reader if one.event_id > since}
    went = {one.digest for one in sent_ever(connection, transaction)}
    return bool(came) and came <= went


def _failed(connection: Connection, event_id: int) -> bool:
    """Return whether the letter of documents that an event ordered did not reach the reader."""
    said = outgoing.of_event(connection, event_id)
    states = [one.letter_state for one in said if name_of(one.body) == FORWARDED]
    return bool(states) and all(state in undelivered.GIVEN_UP for state in states)
