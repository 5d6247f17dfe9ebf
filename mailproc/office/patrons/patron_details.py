"""Readers as staff see them: found, and one of them shown with what is open."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.patrons import live_standing
from mailproc.office.patrons.live_standing import NOT_ASKED, LiveStanding
from mailproc.office.queries.counted import Counted, counted
from mailproc.sentence import sentence
from mailproc.store import patron_lists, patron_search, patrons
from mailproc.store.engine import Store
from mailproc.store.patron_imports import GONE
from mailproc.store.rows import StoredPatron
from mailproc.store.text import storable


@dataclass(frozen=True)
class PatronDetails:
    """A reader. ``gone``: was in a file of the library system, and not in the last one. ``open``: numbers of
    open requests."""

    id: str
    barcodes: tuple[str, ...]
    name: str
    email: str
    address: tuple[str, ...]
    category: str
    pickup: str
    expires: date | None
    blocks: tuple[str, ...]
    language: str
    gone: bool
    open: tuple[str, ...] = ()


def found(connection: Connection, typed: str, most: int) -> list[PatronDetails]:
    """Return readers whose id, barcode, name or e-mail address holds each word, by name."""
    return [details(row) for row in patron_search.found(connection, typed, most)]


def count(connection: Connection, typed: str) -> Counted:
    return counted(connection, patron_search.matching(typed))


def shown(connection: Connection, named: str) -> PatronDetails:
    """Return the reader with this id or barcode. Raise LocalFault if there is none, or several."""
    row = by_number(connection, named)
    if row is None:
        raise LocalFault(sentence("patron-unknown", named=named[:80]), ("mailproc patrons find",))
    return details(row, tuple(patron_lists.open_requests(connection, row.id)))


def with_id(connection: Connection, patron_id: str) -> PatronDetails:
    """Return the reader with exactly this id. Raise LocalFault if there is none (any more)."""
    row = patrons.load(connection, storable(patron_id))
    if row is None:
        raise LocalFault(sentence("patron-no-more"))
    return details(row, tuple(patron_lists.open_requests(connection, row.id)))


def shown_live(store: Store, context: Context, named: str) -> tuple[PatronDetails | None, LiveStanding]:
    """Return the reader as stored, if there is one, and what the library system says now, or why nothing.

    Raise LocalFault if several readers have the barcode, if config.toml names no library system, and if there
    is nothing to show.
    """
    with store.read() as connection:
        row = by_number(connection, named)
        stored = shown(connection, named) if row is not None else None
    live = live_standing.asked(context, row, named.strip())
    if live == NOT_ASKED:
        raise LocalFault(sentence("lookup-none"))
    if live.warning is not None and stored is None:
        raise LocalFault(live.warning)
    return stored, live


def by_number(connection: Connection, named: str) -> StoredPatron | None:
    """Return the reader with this id or barcode, as typed or scanned. Raise LocalFault if several have it."""
    rows = patron_search.by_number(connection, named.strip())
    if len(rows) > 1:
        raise LocalFault(sentence("patron-several", named=named[:80], ids=", ".join(one.id for one in rows)))
    return rows[0] if rows else None


def details(row: StoredPatron, numbers: tuple[str, ...] = ()) -> PatronDetails:
    return PatronDetails(
        id=row.id,
        barcodes=tuple(row.barcodes or ()),
        name=row.name,
        email=row.email,
        address=tuple(row.address or ()),
        category=row.status,
        pickup=row.pickup,
        expires=row.expires_on,
        blocks=tuple(row.blocks or ()),
        language=row.language,
        gone=row.source == GONE,
        open=numbers,
    )
