"""What was just done at the desk and can be taken back: its letters have not left yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.flow.advance import recorded_facts
from mailproc.flow.context import Context
from mailproc.office.acts import overtaken
from mailproc.office.queries import recorded_history
from mailproc.office.wording import history_words
from mailproc.store import requests, transactions, waiting_acts
from mailproc.store.rows import Transaction

MOST = 10
"""Acts that a list names."""
MOST_LETTERS = 50


@dataclass(frozen=True)
class JustDone:
    """An act whose letters wait. ``leaves``: until when, in words; ``may``: it can still be taken back (the
    first order of a request cannot, it is cancelled); ``seen``: the mark of what has happened so far."""

    number: str
    what: str
    by: str
    leaves: str
    may: bool
    seen: str


def of_transaction(
    connection: Connection, row: Transaction, number: str, context: Context
) -> JustDone | None:
    """Return what was done last to the latest attempt of ``number``; None if none of its letters waits."""
    at = waiting_acts.leaves_at(connection, row.id, context.clock())
    return _done(connection, row, number, at, context) if at is not None else None


def just_done(connection: Connection, context: Context) -> tuple[JustDone, ...]:
    """Return the acts whose letters wait, the one that leaves next first."""
    return tuple(_listed(connection, context))[:MOST]


def _listed(connection: Connection, context: Context) -> Iterator[JustDone]:
    for transaction_id, at in waiting_acts.following(connection, context.clock(), MOST_LETTERS):
        row = transactions.load(connection, transaction_id)
        if row.attempt == transactions.of_request(connection, row.request_id)[-1].attempt:
            yield _done(connection, row, requests.number_of(connection, row.request_id), at, context)


def _done(connection: Connection, row: Transaction, number: str, at: datetime, context: Context) -> JustDone:
    last = recorded_history.history(connection, row.request_id)[-1:]
    words = history_words.rows(last, row.role.name, context)
    return JustDone(
        number=number,
        what=words[0].what if words else "",
        by=words[0].by if words else "",
        leaves=context.language.label("desk", "leaves", time=f"{context.local(at):%H:%M:%S}"),
        may=recorded_facts.may_undo(connection, row),
        seen=overtaken.mark(connection, row.id),
    )
