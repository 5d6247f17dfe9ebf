"""Find readers by what a person types. Every reader is looked at, so this is for people alone: 100,000 take a
tenth of a second."""

from sqlalchemy import ColumnElement, Connection, Select, String, and_, cast, func, or_, select

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


def by_barcode(connection: Connection, barcode: str) -> list[StoredPatron]:
    """Return the readers with this barcode: one, unless a file gave it to several."""
    looked = cast(PATRON.c.barcodes, String).contains(storable(barcode), autoescape=True)
    rows = made(StoredPatron, connection.execute(select(PATRON).where(IS_CURRENT, looked)))
    return [row for row in rows if barcode in (row.barcodes or ())]


def _holds(word: str) -> ColumnElement[bool]:
    places = (PATRON.c.id, PATRON.c.name, PATRON.c.email, cast(PATRON.c.barcodes, String))
    return or_(*(func.lower(one).contains(word, autoescape=True) for one in places))
