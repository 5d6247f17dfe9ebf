"""Check that the file of each document that is not deleted is there, and is what it was."""

from dataclasses import dataclass

from mailproc.flow.context import Context
from mailproc.store import documents
from mailproc.store.engine import Store

BATCH = 500
"""Rows of one read."""


@dataclass(frozen=True)
class WrongDocument:
    """A document whose file is not as it was stored. ``state``: missing | damaged."""

    name: str
    digest: str
    request_id: int
    state: str


@dataclass(frozen=True)
class CheckedDocuments:
    """``checked``: files that were read; ``deleted``: documents whose days were over."""

    checked: int = 0
    deleted: int = 0
    wrong: tuple[WrongDocument, ...] = ()


def check(store: Store, context: Context) -> CheckedDocuments:
    """Read the files of all documents. Raise TryLater if the folder cannot be read."""
    last = checked = deleted = 0
    wrong: list[WrongDocument] = []
    while True:
        with store.read() as connection:
            rows = documents.after(connection, last, BATCH)
        if not rows:
            return CheckedDocuments(checked, deleted, tuple(wrong))
        last = rows[-1].id
        for row in rows:
            if row.deleted_at is not None:
                deleted += 1
            elif not row.why_not:
                checked += 1
                if state := context.documents.state(row.digest):
                    wrong.append(WrongDocument(row.name, row.digest, row.request_id, state))
