"""Which documents of a copy its reader has by mail."""

from collections.abc import Sequence

from sqlalchemy import Connection

from mailproc.flow.matching import item_received
from mailproc.ill.effects import FORWARDED
from mailproc.store import documents, outgoing, undelivered
from mailproc.store.intent_bodies import name_of
from mailproc.store.rows import StoredDocument, Transaction


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


def _failed(connection: Connection, event_id: int) -> bool:
    """Return whether the letter of documents that an event ordered did not reach the reader."""
    said = outgoing.of_event(connection, event_id)
    states = [one.letter_state for one in said if name_of(one.body) == FORWARDED]
    return bool(states) and all(state in undelivered.GIVEN_UP for state in states)
