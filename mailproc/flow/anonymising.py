"""Take readers out of requests that were closed long ago ([privacy] anonymise_after), in small portions."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from mailproc.flow import background
from mailproc.flow.context import Context
from mailproc.store import letters_to_reader, older_attempts, request_erasure, requests
from mailproc.store.engine import Store
from mailproc.store.rows import StoredRequest

PORTION = 10
"""Requests of one commit, which takes some ten milliseconds."""
YEAR = timedelta(days=365)


@dataclass
class Anonymised:
    """What was done, or is to be. ``requests``: without a reader now; ``letters``: to readers, deleted;
    ``waiting``: requests with a letter to their reader that has not left; ``declarations``: of copyright,
    deleted; ``uncounted``: attempts whose figures are written first (flow/older_attempts.py)."""

    requests: int = 0
    letters: int = 0
    waiting: int = 0
    declarations: int = 0
    uncounted: int = 0


def run(store: Store, context: Context, *, dry_run: bool = False) -> Anonymised:
    """Do what is due; with ``dry_run`` only say what.

    Nothing is done in a store that was put back from a copy and does not go on yet. While figures of older
    attempts lack the reader's category, no reader is taken out.
    """
    done, privacy, now = Anonymised(), context.config.privacy, context.clock()
    if background.was_put_back(store):
        return done
    with store.read() as connection:
        done.uncounted = older_attempts.progress(connection).left
    if privacy.anonymise_after and (dry_run or not done.uncounted):
        before = context.before(privacy.anonymise_after)
        _requests(store, before, now, done, dry_run=dry_run)
    _declarations(store, now - YEAR * privacy.keep_declarations, done, dry_run=dry_run)
    return done


def _requests(store: Store, before: datetime, now: datetime, done: Anonymised, *, dry_run: bool) -> None:
    last: StoredRequest | None = None
    while True:
        with store.read() as connection:
            found = request_erasure.due(connection, before, last, PORTION)
            ready = [one for one in found if not letters_to_reader.wait(connection, one.id)]
        if not found:
            return
        last, begun = found[-1], time.monotonic()
        done.waiting += len(found) - len(ready)
        done.requests += len(ready)
        if dry_run:
            done.letters += _letters(store, ready)
        elif ready:
            done.letters += store.write(partial(_anonymise, found=ready, now=now))
            background.rest(begun)


def _anonymise(connection: Connection, found: Sequence[StoredRequest], now: datetime) -> int:
    """Return how many letters were deleted. A request that was opened again since it was read stays."""
    rows = [requests.load(connection, one.id) for one in found]
    still = [row for row, one in zip(rows, found, strict=True) if row.closed_at == one.closed_at]
    return sum(len(request_erasure.anonymise(connection, one, now)) for one in still)


def _letters(store: Store, found: Sequence[StoredRequest]) -> int:
    with store.read() as connection:
        return sum(letters_to_reader.count_deletable(connection, one.id) for one in found)


def _declarations(store: Store, before: datetime, done: Anonymised, *, dry_run: bool) -> None:
    if dry_run:
        with store.read() as connection:
            done.declarations = request_erasure.count_declared(connection, before)
        return
    while True:
        with store.read() as connection:
            found = request_erasure.declared(connection, before, PORTION)
        if not found:
            return
        store.write(partial(_undeclare, found=found))
        done.declarations += len(found)


def _undeclare(connection: Connection, found: Sequence[StoredRequest]) -> None:
    for one in found:
        request_erasure.undeclare(connection, one)
