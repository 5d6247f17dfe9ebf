"""Forget a reader, also after an older backup is put back, and in the next import."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.patrons import short_writes
from mailproc.office.requests import forgotten_wishes
from mailproc.sentence import sentence
from mailproc.store import patron_erasure, patron_imports, requests, submissions, wishes_of_reader
from mailproc.store.engine import Store
from mailproc.store.forgotten_readers import ForgottenReaders

AGAIN = "restore"
"""Who declines what a copy brings back of a forgotten reader."""
MoreIds = Callable[[Connection, str], list[str]]
_BY_ROW, _BY_REQUEST = patron_erasure.ids_after, patron_erasure.named_after


@dataclass(frozen=True)
class ForgottenReader:
    """``requests``: numbers that are nobody's now; ``declined``: those of them that waited for review.

    ``letters``: which may name the reader and stay, those of forms too. ``declared``: requests whose signed
    declaration of copyright stays. ``others``: wishes under somebody else's number, or open ones, that name
    the reader and stay; their letters are among ``letters``. ``anonymised``: there are forms of which nobody
    can say whose they were, and whose letters may be there."""

    dry_run: bool
    requests: tuple[str, ...]
    letters: tuple[str, ...]
    declared: tuple[str, ...]
    declined: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    anonymised: bool = False


def forget(
    store: Store, context: Context, patron_id: str, *, by: str = "staff", dry_run: bool = False
) -> ForgottenReader:
    """Erase the reader. Raise LocalFault for an unknown one, and while requests are open.

    What was submitted under the number and waits for review is declined: else anybody could keep a reader
    from being forgotten by sending forms.
    """
    with store.read() as connection:
        _check(connection, patron_id)
        wishes = wishes_of_reader.of(connection, patron_id)
        others = tuple(requests.number_of(connection, one) for one in wishes.others)
        stay = [letter for one in wishes.others for letter in submissions.letters(connection, one)]

    def job(connection: Connection) -> tuple[patron_erasure.Erased, tuple[str, ...]]:
        return _erase(connection, context, patron_id, by, wishes.theirs)

    if dry_run:
        erased, declined = foreseen(store, job)
    else:
        short_writes.settle(store)  # or what the last import replaced would be left
        context.forgotten.add(patron_id)  # first: whatever happens now, the next restore ends it
        erased, declined = store.write(job)
    letters = tuple(dict.fromkeys((*erased.letters, *stay)))
    return ForgottenReader(
        dry_run, erased.requests, letters, erased.declared, declined, others, wishes.anonymised
    )


def _erase(
    connection: Connection, context: Context, patron_id: str, by: str, wishes: Collection[int]
) -> tuple[patron_erasure.Erased, tuple[str, ...]]:
    _check_open(connection, patron_id)
    patron_imports.abandon(connection)
    declined = forgotten_wishes.decline(connection, context, patron_id, by, wishes)
    return patron_erasure.erase(connection, patron_id, wishes), declined


def _check(connection: Connection, patron_id: str) -> None:
    if not patron_erasure.is_known(connection, patron_id):
        raise LocalFault(sentence("patron-unknown", named=patron_id[:80]), ("mailproc patrons find",))
    _check_open(connection, patron_id)


def _check_open(connection: Connection, patron_id: str) -> None:
    if numbers := patron_erasure.is_open(connection, patron_id):
        raise LocalFault(sentence("patron-has-open", numbers=", ".join(numbers)))


def remember(context: Context, patron_id: str) -> None:
    """Let a forgotten reader be imported and named again. Raise LocalFault if nobody with this id was."""
    if not context.forgotten.remove(patron_id):
        raise LocalFault(sentence("patron-not-forgotten"))


def forget_again(store: Store, context: Context, forgotten: ForgottenReaders) -> int:
    """Erase in a store that was put back who was forgotten since its copy was made; return how many."""
    if not len(forgotten):
        return 0
    each = (_BY_ROW, _BY_REQUEST, submissions.named_after)
    return sum(_forget_again(store, context, forgotten, more) for more in each)


def _forget_again(store: Store, context: Context, forgotten: ForgottenReaders, more: MoreIds) -> int:
    last, count = "", 0
    while True:
        with store.read() as connection:
            ids = more(connection, last)
        if not ids:
            return count
        for patron_id in filter(forgotten.__contains__, dict.fromkeys(ids)):
            _erase_one(store, context, patron_id)
            count += 1
        last = ids[-1]


def _erase_one(store: Store, context: Context, patron_id: str) -> None:
    with store.read() as connection:
        wishes = wishes_of_reader.of(connection, patron_id).theirs

    def job(connection: Connection) -> None:
        forgotten_wishes.decline(connection, context, patron_id, AGAIN, wishes)
        patron_erasure.erase(connection, patron_id, wishes)

    store.write(job)
