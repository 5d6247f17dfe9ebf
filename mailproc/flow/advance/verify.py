"""Verify that each state is the fold of its events: compute every transaction again and compare."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from mailproc.errors import TryLater
from mailproc.flow.advance import kept_figures
from mailproc.flow.advance.kept_figures import KeptFigures
from mailproc.flow.advance.steps import event_name, state_of
from mailproc.ill import apdu_json, transaction_state
from mailproc.ill.attempt_figures import Passage
from mailproc.ill.facts import StateJson
from mailproc.ill.terms import Service
from mailproc.ill.transaction_state import Occurrence, TransactionState
from mailproc.store import events, requests, verify_mark
from mailproc.store.engine import Store
from mailproc.store.prepared_statements import made
from mailproc.store.rows import Event, Transaction
from mailproc.store.transactions import TRANSACTION


@dataclass(frozen=True)
class Difference:
    """A transaction whose row differs from its events. ``kept`` and ``computed`` name the fields.

    ``number``: as staff call it (B12-2); '' where its request is missing.
    """

    number: str
    transaction_id: int
    request_id: int
    attempt: int
    kept: dict[str, Any]
    computed: dict[str, Any]


@dataclass(frozen=True)
class Verified:
    """How many transactions were checked, and which differ."""

    checked: int
    differences: tuple[Difference, ...]


PAGE = 500
"""Transactions checked in one snapshot; a longer one keeps the log of a SQLite store from shrinking."""


def verify(connection: Connection) -> Verified:
    """Check every transaction as this connection sees it."""
    return _joined(_pages(lambda: nullcontext(connection), _after))


def verify_all(store: Store) -> Verified:
    """Check every transaction, page by page, each page in a snapshot of its own.

    If none differs, the store records how far its history went, for ``verify_changed``.
    """
    with store.read() as connection:
        until = verify_mark.newest(connection)
    return _remembered(store, until, _joined(_pages(store.read, _after)))


def verify_changed(store: Store) -> Verified:
    """Check the transactions that changed since no one differed; all, if that was never recorded."""
    with store.read() as connection:
        until, since = verify_mark.newest(connection), verify_mark.until(connection)
        changed = verify_mark.changed(connection, since) if since else None
    if changed is None:
        return verify_all(store)
    return _remembered(store, until, _joined(_pages(store.read, partial(_among, changed))))


def _remembered(store: Store, until: int, found: Verified) -> Verified:
    mark = verify_mark.forget if found.differences else partial(verify_mark.remember, history_id=until)
    with suppress(TryLater):  # if the store is busy, everything is checked again next time
        store.write(mark)
    return found


Snapshot = Callable[[], AbstractContextManager[Connection]]
Page = Callable[[int], ColumnElement[bool]]


def _after(last: int) -> ColumnElement[bool]:
    return TRANSACTION.c.id > last


def _among(changed: Sequence[int], last: int) -> ColumnElement[bool]:
    first = bisect_right(changed, last)
    return TRANSACTION.c.id.in_(changed[first : first + PAGE])


def _pages(snapshot: Snapshot, page: Page) -> Iterator[Verified]:
    last = 0
    while True:
        with snapshot() as connection:
            chosen = select(TRANSACTION).where(page(last)).order_by(TRANSACTION.c.id).limit(PAGE)
            rows = made(Transaction, connection.execute(chosen))
            figures = kept_figures.of_page(connection, rows)
            found = [_check(connection, row, figures) for row in rows]
        if not rows:
            return
        yield Verified(len(rows), tuple(one for one in found if one is not None))
        last = rows[-1].id


def _joined(pages: Iterable[Verified]) -> Verified:
    each = list(pages)
    return Verified(sum(one.checked for one in each), tuple(chain(*(one.differences for one in each))))


def _check(connection: Connection, row: Transaction, figures: KeptFigures) -> Difference | None:
    folded, passages = _fold(connection, row)
    kept: dict[str, Any] = {**_compared(state_of(row)), **figures.kept(row)}
    computed: dict[str, Any] = {**_compared(folded), **figures.computed(row, folded, passages)}
    if kept == computed:
        return None
    different = {name for name in kept | computed if kept.get(name) != computed.get(name)}
    number = requests.number_of(connection, row.request_id)
    return Difference(
        f"{number}-{row.attempt}" if number else "",
        row.id,
        row.request_id,
        row.attempt,
        {name: kept.get(name) for name in different},
        {name: computed.get(name) for name in different},
    )


def _fold(connection: Connection, row: Transaction) -> tuple[TransactionState, list[Passage]]:
    """Return the state that the events lead to, and what each of them did."""
    happened = events.of_transaction(connection, row.id)
    found = TransactionState(row.role, _asked_service(happened, row))
    passages = []
    for event in happened:
        apdu = apdu_json.from_json(event.apdu) if event.apdu else None
        name, facts = event_name(event, apdu), event.facts or {}
        before, found = found, transaction_state.step(found, Occurrence(name, apdu, facts)).after
        passages.append(Passage(event.at, name, before.state, found.state, event.id, facts, event.apdu))
    return found, passages


def _asked_service(happened: Sequence[Event], row: Transaction) -> Service:
    """Return the service of the first event."""
    for event in happened:
        if event.type in ("request", "ILL_REQUEST"):
            return transaction_state.service_of(
                [Service[name] for name in (event.apdu or {}).get("services", ())]
            )
    return row.service


def _compared(found: TransactionState) -> StateJson:
    return transaction_state.to_json(found)
