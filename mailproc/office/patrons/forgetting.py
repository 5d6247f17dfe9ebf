"""Forget a reader, also after an older backup is put back, and in the next import."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.patrons import short_writes
from mailproc.sentence import sentence
from mailproc.store import patron_erasure, patron_imports, submissions
from mailproc.store.engine import Store
from mailproc.store.forgotten_readers import ForgottenReaders

MoreIds = Callable[[Connection, str], list[str]]
_BY_ROW, _BY_REQUEST = patron_erasure.ids_after, patron_erasure.named_after


@dataclass(frozen=True)
class ForgottenReader:
    """``requests``: numbers that are nobody's now. ``letters``: which may name the reader and stay.
    ``declared``: requests whose signed declaration of copyright stays."""

    dry_run: bool
    requests: tuple[str, ...]
    letters: tuple[str, ...]
    declared: tuple[str, ...]


def forget(store: Store, context: Context, patron_id: str, *, dry_run: bool = False) -> ForgottenReader:
    """Erase the reader. Raise LocalFault for an unknown one, and while requests are open."""
    with store.read() as connection:
        _check(connection, patron_id)
    if dry_run:
        erased = _foreseen(store, patron_id)
    else:
        short_writes.settle(store)  # or what the last import replaced would be left
        context.forgotten.add(patron_id)  # first: whatever happens now, the next restore ends it
        erased = store.write(lambda connection: _erase(connection, patron_id))
    return ForgottenReader(dry_run, erased.requests, erased.letters, erased.declared)


def _erase(connection: Connection, patron_id: str) -> patron_erasure.Erased:
    _check_open(connection, patron_id)
    patron_imports.abandon(connection)
    return patron_erasure.erase(connection, patron_id)


def _check(connection: Connection, patron_id: str) -> None:
    if not patron_erasure.is_known(connection, patron_id):
        raise LocalFault(sentence("patron-unknown", named=patron_id[:80]), ("mailproc patrons find",))
    _check_open(connection, patron_id)


def _check_open(connection: Connection, patron_id: str) -> None:
    if numbers := patron_erasure.is_open(connection, patron_id):
        raise LocalFault(sentence("patron-has-open", numbers=", ".join(numbers)))


def _foreseen(store: Store, patron_id: str) -> patron_erasure.Erased:
    return foreseen(store, lambda connection: _erase(connection, patron_id))


def remember(context: Context, patron_id: str) -> None:
    """Let a forgotten reader be imported and named again. Raise LocalFault if nobody with this id was."""
    if not context.forgotten.remove(patron_id):
        raise LocalFault(sentence("patron-not-forgotten"))


def forget_again(store: Store, forgotten: ForgottenReaders) -> int:
    """Erase in a store that was put back who was forgotten since its copy was made; return how many."""
    if not len(forgotten):
        return 0
    each = (_BY_ROW, _BY_REQUEST, submissions.named_after)
    return sum(_forget_again(store, forgotten, more) for more in each)


def _forget_again(store: Store, forgotten: ForgottenReaders, more: MoreIds) -> int:
    last, count = "", 0
    while True:
        with store.read() as connection:
            ids = more(connection, last)
        if not ids:
            return count
        for patron_id in filter(forgotten.__contains__, dict.fromkeys(ids)):
            _erase_one(store, patron_id)
            count += 1
        last = ids[-1]


def _erase_one(store: Store, patron_id: str) -> None:
    store.write(lambda connection: patron_erasure.erase(connection, patron_id))
