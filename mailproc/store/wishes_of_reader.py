"""Find wishes that name a reader of the store without a number that was understood: by address, or in a line.

Every wish is looked at, so this is for a write's eve, and for people alone.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.ill.reader_number import folded
from mailproc.store import patron_search, patrons, requests, submissions
from mailproc.store.reader_words import SHORTEST_NUMBER
from mailproc.store.rows import StoredPatron
from mailproc.store.submissions import ACCEPTED, PORTION, Submission

_SIGNS = ":：=\t"
_COMMA = str.maketrans({",": " "})


@dataclass(frozen=True)
class WishesOfReader:
    """Ids of requests. ``theirs``: of this reader; ``others``: they name the reader, and are somebody else's,
    or open. ``anonymised``: there are some of which nobody can say any more whose they were."""

    theirs: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    anonymised: bool = False


def of(connection: Connection, patron_id: str) -> WishesOfReader:
    """Return what the forms say that came so far; nothing of a reader whom the store does not know."""
    reader = patrons.load(connection, patron_id)
    if reader is None:
        return WishesOfReader()
    theirs, others, anonymised, last = list[int](), list[int](), False, 0
    while rows := submissions.of_ours_after(connection, last, PORTION):
        for wish in rows:
            anonymised = anonymised or not (wish.words or wish.reader)
            if _names(wish, reader):
                (theirs if _is_theirs(connection, wish, reader) else others).append(wish.request_id)
        last = rows[-1].request_id
    return WishesOfReader(tuple(theirs), tuple(others), anonymised)


def _names(wish: Submission, reader: StoredPatron) -> bool:
    return _has_address(wish, reader) or bool(_written_numbers(wish, reader))


def _has_address(wish: Submission, reader: StoredPatron) -> bool:
    written = (wish.reader or {}).get("email", "").casefold()
    return bool(written) and written == reader.email.casefold()


def _written_numbers(wish: Submission, reader: StoredPatron) -> list[str]:
    """Return the numbers of the reader that unread lines say; a short one only beside the reader's name."""
    own = {folded(one): one for one in (reader.id, *(reader.barcodes or ()))}
    lines = (*(wish.unread or ()), *(wish.doubtful or ()))
    found = [own[value] for line in lines if (value := folded(_value(line))) in own]
    return [one for one in found if len(one) >= SHORTEST_NUMBER or _has_name(wish, reader)]


def _value(line: str) -> str:
    return line[max(line.rfind(sign) for sign in _SIGNS) + 1 :]


def _has_name(wish: Submission, reader: StoredPatron) -> bool:
    written = _parts((wish.reader or {}).get("name", ""))
    return bool(written) and written == _parts(reader.name)


def _parts(name: str) -> Collection[str]:
    return sorted(name.translate(_COMMA).casefold().split())


def _is_theirs(connection: Connection, wish: Submission, reader: StoredPatron) -> bool:
    """Return whether nobody else's number stands in it, and no order of somebody else or open came of it."""
    written = patron_search.by_number(connection, wish.patron_id) if wish.patron_id else []
    if any(one.id != reader.id for one in written):
        return False
    request = requests.load(connection, wish.request_id)
    if request.patron_id not in (None, reader.id) or (wish.state == ACCEPTED and request.closed_at is None):
        return False
    named = (wish.reader or {}).get("name", "")
    return _has_address(wish, reader) or not named or _has_name(wish, reader)
