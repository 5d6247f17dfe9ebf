"""Copies that went to a reader by mail, and can be fetched at the reader's page too ([documents] page_days).

Nothing is here that did not go to the reader: what may be sent on is decided where it is sent. A copy was
made for the reader alone, so it is given a few times, for some days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.errors import GiveUp, LocalFault
from mailproc.flow.context import Context
from mailproc.flow.matching import readers_copy
from mailproc.ill.message_content import WRONG
from mailproc.mail.content_type import media_type_of
from mailproc.notices.language import Language
from mailproc.office.readers import own_requests
from mailproc.sentence import sentence
from mailproc.store import documents, transactions
from mailproc.store.engine import Store
from mailproc.store.rows import StoredDocument


@dataclass(frozen=True)
class OwnDocument:
    """A copy that can be fetched. ``id``: of its row; ``size``: in words; ``left``: how often."""

    id: int
    name: str
    size: str
    left: int


@dataclass(frozen=True)
class FetchedDocument:
    """A copy that is given."""

    name: str
    media_type: str
    content: bytes


def listed(
    connection: Connection, patron_id: str, number: str, context: Context, language: Language
) -> tuple[OwnDocument, ...]:
    """Return the copies of a request of the reader that can be fetched now. Raise LocalFault."""
    times = context.config.documents.page_times
    return tuple(
        OwnDocument(one.id, one.name, language.counted("octets", one.size), times - one.fetched)
        for one in _offered(connection, patron_id, number, context)
    )


def fetch(store: Store, context: Context, patron_id: str, number: str, named: str) -> FetchedDocument:
    """Give a copy, and count it. Raise LocalFault where there is none (any more), TryLater for a disk."""
    gone = LocalFault(sentence("my-no-document"))

    with store.read() as connection:
        offered = _offered(connection, patron_id, number, context)
    row = next((one for one in offered if str(one.id) == named), None)
    if row is None:
        raise gone
    try:
        content = context.documents.read(row.digest)
    except GiveUp:
        raise gone from None
    most = context.config.documents.page_times
    if not store.write(lambda connection: documents.fetch(connection, row.id, most)):  # read before it counts
        raise gone
    return FetchedDocument(row.name, media_type_of(row.type), content)


def _offered(
    connection: Connection, patron_id: str, number: str, context: Context
) -> Sequence[StoredDocument]:
    limits = context.config.documents
    row = own_requests.row_of(connection, patron_id, number)
    attempts = transactions.of_request(connection, row.id)
    if not limits.page_days or not attempts or (attempts[-1].options or {}).get("flaw") == WRONG:
        return ()
    since = context.clock() - timedelta(days=limits.page_days)
    return [
        one
        for one in readers_copy.sent_before(connection, attempts[-1])
        if one.deleted_at is None and one.stored_at > since and one.fetched < limits.page_times
    ]
