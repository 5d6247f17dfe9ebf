"""The rows of documents that were sent on; their files: ``document_files``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, Integer, bindparam, exists, select, text

from mailproc.ill.events import AUTOMATIC_REPLY, READER_WROTE
from mailproc.store import taken_back
from mailproc.store.events import EVENT
from mailproc.store.outgoing import INTENT, OUTGOING, UNDELIVERED, UNWORDED
from mailproc.store.prepared_statements import insert_into, made, table_of
from mailproc.store.rows import Event, StoredDocument
from mailproc.store.tables import DOCUMENT_KEPT, DocumentRow, Instant

DOCUMENT = table_of(DocumentRow)
TO_READER, TO_PARTNER = "reader", "partner"
MOST_LETTERS = 20
"""Letters with documents about one transaction that are looked at again."""


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """A document before it is stored; fields are columns of ``tables.DocumentRow``."""

    digest: str
    size: int
    type: str
    name: str
    recipient: str
    event_id: int
    request_id: int
    transaction_id: int
    stored_at: datetime
    inbox_id: int | None = None
    why_not: str = ""


_ADD = insert_into(DocumentRow, tuple(NewDocument.__dataclass_fields__))
_IS_KEPT = text(DOCUMENT_KEPT)
_WAITING = exists(
    select(INTENT.c.id)
    .select_from(INTENT.outerjoin(OUTGOING, INTENT.c.outgoing_id == OUTGOING.c.id))
    .where(
        INTENT.c.event_id == DOCUMENT.c.event_id,
        INTENT.c.state.in_(UNWORDED) | ((INTENT.c.state == "prepared") & OUTGOING.c.state.in_(UNDELIVERED)),
    )
)
"""A letter of the document's event has not left."""
_DUE = (
    select(DOCUMENT)
    .where(_IS_KEPT, DOCUMENT.c.stored_at < bindparam("before", type_=Instant), ~_WAITING)
    .order_by(DOCUMENT.c.stored_at)
    .limit(bindparam("most", type_=Integer))
)
_CAME_WITH = (
    select(EVENT)
    .where(
        EVENT.c.transaction_id == bindparam("transaction_id"),
        EVENT.c.inbox_id.is_not(None),
        EVENT.c.facts["documents"].as_integer().is_not(None),
        EVENT.c.type.not_in((READER_WROTE, AUTOMATIC_REPLY)),  # anybody may write these, and many
        taken_back.stands(),
    )
    .order_by(EVENT.c.id.desc())
    .limit(MOST_LETTERS)
)
_AFTER = (
    select(DOCUMENT)
    .where(DOCUMENT.c.id > bindparam("id"))
    .order_by(DOCUMENT.c.id)
    .limit(bindparam("most", type_=Integer))
)


def add(connection: Connection, document: NewDocument) -> int:
    """Write the row of a document whose file is stored (or that is not sent); return its id."""
    return int(connection.execute(_ADD, vars(document)).scalar_one())


def came_with(connection: Connection, transaction_id: int) -> Sequence[Event]:
    """Return the messages of the transaction with which documents came, the latest first."""
    return made(Event, connection.execute(_CAME_WITH, {"transaction_id": transaction_id}))


def load(connection: Connection, ids: Sequence[int]) -> Sequence[StoredDocument]:
    """Return these documents, in the order of their ids."""
    statement = select(DOCUMENT).where(DOCUMENT.c.id.in_(ids)).order_by(DOCUMENT.c.id)
    return made(StoredDocument, connection.execute(statement))


def of_request(connection: Connection, request_id: int) -> Sequence[StoredDocument]:
    """Return the documents of a request, those included that were not sent, or are deleted."""
    statement = select(DOCUMENT).where(DOCUMENT.c.request_id == request_id)
    return sorted(made(StoredDocument, connection.execute(statement)), key=attrgetter("id"))


def due(connection: Connection, before: datetime, limit: int) -> Sequence[StoredDocument]:
    """Return documents stored before that instant whose files are kept, and whose letters have all left."""
    return made(StoredDocument, connection.execute(_DUE, {"before": before, "most": limit}))


def delete(connection: Connection, document_id: int, at: datetime) -> bool:
    """Record that the file is deleted; False if that is recorded already. The row stays."""
    this = DOCUMENT.update().where(DOCUMENT.c.id == document_id, DOCUMENT.c.deleted_at.is_(None))
    return connection.execute(this.values(deleted_at=at)).rowcount > 0


def fetch(connection: Connection, document_id: int, most: int) -> bool:
    """Count that its reader fetches it; False where that was ``most`` times, or its file is deleted."""
    this = DOCUMENT.update().where(
        DOCUMENT.c.id == document_id, DOCUMENT.c.deleted_at.is_(None), DOCUMENT.c.fetched < most
    )
    return connection.execute(this.values(fetched=DOCUMENT.c.fetched + 1)).rowcount > 0


def kept(connection: Connection, digests: Collection[str]) -> frozenset[str]:
    """Return those of ``digests`` whose file a row still needs."""
    columns = (DOCUMENT.c.digest, DOCUMENT.c.deleted_at, DOCUMENT.c.why_not)
    found = connection.execute(select(*columns).where(DOCUMENT.c.digest.in_(digests)))
    return frozenset(row.digest for row in found if row.deleted_at is None and not row.why_not)


def after(connection: Connection, document_id: int, limit: int) -> Sequence[StoredDocument]:
    """Return the documents behind that id, for going through all of them."""
    return made(StoredDocument, connection.execute(_AFTER, {"id": document_id, "most": limit}))
