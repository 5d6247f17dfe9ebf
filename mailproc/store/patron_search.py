"""Find readers by what a person types: by a number through an index; by words every reader is looked at, so
that is for people alone: 100,000 take a third of a second."""

from collections.abc import Iterator, Sequence

from anyascii import anyascii
from sqlalchemy import ColumnElement, Connection, Select, String, and_, bindparam, cast, func, or_, select

from mailproc.ill.reader_number import folded
from mailproc.store import patrons
from mailproc.store.current_patrons import IS_CURRENT, PATRON
from mailproc.store.patron_numbers import NUMBER
from mailproc.store.prepared_statements import Constant, made
from mailproc.store.rows import StoredPatron
from mailproc.store.text import storable

_MARKED = (
    ("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß"),
    ("a", "ä"), ("o", "ö"), ("u", "ü"), ("e", "é"), ("e", "è"),
)  # fmt: skip
"""What is typed for a letter with a mark."""
_LONGEST = 40
"""Characters of a word that is looked for in other spellings too."""


_WITH_NUMBER = Constant(
    select(PATRON).where(
        PATRON.c.id.in_(select(NUMBER.c.patron_id).where(NUMBER.c.folded == bindparam("folded"))), IS_CURRENT
    ),
    StoredPatron,
)


def matching(typed: str) -> Select[tuple[StoredPatron]]:
    """Select the readers whose id, name, e-mail address or barcodes hold each word of ``typed``, by name."""
    words = storable(typed).lower().split()
    statement = select(PATRON).where(IS_CURRENT, and_(*map(_holds, words)))
    return statement.order_by(func.lower(PATRON.c.name), PATRON.c.id)


def found(connection: Connection, typed: str, most: int) -> list[StoredPatron]:
    """Return the first of them."""
    return made(StoredPatron, connection.execute(matching(typed).limit(most)))


def by_number(connection: Connection, typed: str) -> list[StoredPatron]:
    """Return the reader with this id, in upper or lower case, else those with this barcode.

    One, unless ids differ only in their case, or a file gave a barcode to several. If nobody has it, those
    who have it in another spelling (``reader_number.folded``): "R 1" is R1.
    """
    if (exact := patrons.load(connection, storable(typed))) is not None:
        return [exact]
    wanted, plain = storable(typed).lower(), folded(storable(typed))
    rows = _WITH_NUMBER.rows(connection, {"folded": plain}) if plain else []
    by_id = [row for row in rows if row.id.lower() == wanted]
    as_typed = by_id or [row for row in rows if wanted in map(str.lower, row.barcodes or ())]
    return as_typed or _otherwise_written(rows, plain)


def _otherwise_written(rows: Sequence[StoredPatron], plain: str) -> list[StoredPatron]:
    by_id = [row for row in rows if folded(row.id) == plain]
    return by_id or [row for row in rows if plain in map(folded, row.barcodes or ())]


def _holds(word: str) -> ColumnElement[bool]:
    places = (PATRON.c.id, PATRON.c.email, cast(PATRON.c.barcodes, String))
    as_typed = [func.lower(one).contains(word, autoescape=True) for one in places]
    name = func.lower(PATRON.c.name)
    return or_(*as_typed, *(name.contains(one, autoescape=True) for one in sorted(_spellings(word))))


def _spellings(word: str) -> set[str]:
    """Return how a name may be written that is typed as ``word``: "mueller" and "muller" are Müller too."""
    if len(word) > _LONGEST:
        return {word}
    typed = {word, anyascii(word).lower(), _written_out(word)} - {""}
    found = typed | {one for each in typed for one in _with_one_mark(each)}
    # SQLite's ``lower`` leaves these as they are.
    first = {one[0].upper() + one[1:] for one in found if not one[0].isascii()}
    return found | first | {_marks_upper(one) for one in found}


def _written_out(word: str) -> str:
    for pair, mark in _MARKED[:4]:
        word = word.replace(mark, pair)
    return word


def _with_one_mark(word: str) -> Iterator[str]:
    for typed, mark in _MARKED:
        yield word.replace(typed, mark)
        for place in range(len(word)):
            if word.startswith(typed, place):
                yield word[:place] + mark + word[place + len(typed) :]


def _marks_upper(word: str) -> str:
    return "".join(one if one.isascii() or one == "ß" else one.upper() for one in word)
