"""Delete documents whose days are over, and files that no row names. A row stays, with the digest.

Both happen while nobody else writes into the folder, rows first: what a crash leaves is a file without a row,
and the next time deletes it.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.facts import Facts
from mailproc.sentence import sentence, stored
from mailproc.store import documents, events, restored
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.restored import Restored
from mailproc.store.rows import StoredDocument

BATCH = 100
"""Rows of one commit."""


def purge(store: Store, context: Context) -> int:
    """Delete what is over, and what is left of a crash; return how many documents were over.

    Nothing is done while somebody writes into the folder: the next time does it; nor in a store that was put
    back from a copy, whose rows do not name every file. Raise LocalFault if the
    folder is another store's or cannot be used.
    """
    if store.is_held:
        return 0
    with context.documents.alone(store.identity()) as alone:
        if not alone:
            return 0
        count = _end(store, context)
        with store.read() as connection:
            put_back = restored.last(connection)
        for digests in context.documents.digests():
            with store.read() as connection:
                kept = documents.kept(connection, digests)
            for digest in set(digests) - kept:
                if not _is_of_replaced(digest, put_back, context):
                    context.documents.remove(digest)
        return count


def _is_of_replaced(digest: str, put_back: Restored | None, context: Context) -> bool:
    """Return whether the store that was replaced by a copy may name the file: until its days are over, that
    store can be put back whole."""
    if put_back is None or (touched := context.documents.touched(digest)) > put_back.found_at.timestamp():
        return False
    days = context.config.documents.keep_days
    return not days or touched > (context.clock() - timedelta(days=days)).timestamp()


def _end(store: Store, context: Context) -> int:
    days = context.config.documents.keep_days
    if not days:
        return 0
    count, before = 0, context.clock() - timedelta(days=days)
    while True:
        with store.read() as connection:
            due = documents.due(connection, before, BATCH)
        if not due:
            return count
        store.write(partial(_delete, due=due, context=context))
        count += len(due)


def _delete(connection: Connection, due: Sequence[StoredDocument], context: Context) -> None:
    """End these documents, each with a line in the history of its request."""
    for one in due:
        if documents.delete(connection, one.id, context.clock()):
            what = sentence("document-deleted", file=one.name)
            facts: Facts = {"text": str(what), "why": stored(what)}
            event = NewEvent(
                cause="policy",
                type="DOCUMENT_DELETED",
                at=context.clock(),
                facts=facts,
                transaction_id=one.transaction_id,
            )
            events.add(connection, event)
