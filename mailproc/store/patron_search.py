"""Find readers by what a person types. Every reader is looked at, so this is for people alone: 100,000 take a
tenth of a second."""

from sqlalchemy import ColumnElement, Connection, Select, String, and_, cast, func, or_, select

from mailproc.store import patrons
from mailproc.store.current_patrons import IS_CURRENT, PATRON
from mailproc.store.prepared_statements import made
from mailproc.store.rows import StoredPatron
from mailproc.store.text import storable


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

    One, unless ids differ only in their case, or a file gave a barcode to several.
    """
    if (exact := patrons.load(connection, storable(typed))) is not None:
        return [exact]
    wanted = storable(typed).lower()
    barcodes = func.lower(cast(PATRON.c.barcodes, String)).contains(wanted, autoescape=True)
    looked = or_(func.lower(PATRON.c.id) == wanted, barcodes)
    rows = made(StoredPatron, connection.execute(select(PATRON).where(IS_CURRENT, looked)))
    by_id = [row for row in rows if row.id.lower() == wanted]
    return by_id or [row for row in rows if wanted in map(str.lower, row.barcodes or ())]


def _holds(word: str) -> ColumnElement[bool]:
    places = (PATRON.c.id, PATRON.c.name, PATRON.c.email, cast(PATRON.c.barcodes, String))
    return or_(*(func.lower(one).contains(word, autoescape=True) for one in places))
