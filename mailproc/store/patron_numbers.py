"""The numbers by which readers are found: id and barcodes, folded as they are matched (``reader_number``).

A row says no more than where to look: who has the number counts as the reader's own row says, be it one of
the current import or of one that is being staged. Whoever writes or deletes rows of ``patron`` calls this.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, bindparam, select

from mailproc.ill.reader_number import folded
from mailproc.store.current_patrons import PATRON
from mailproc.store.patron_tables import PatronNumberRow
from mailproc.store.prepared_statements import Constant, table_of

NUMBER = table_of(PatronNumberRow)
_KNOWN = select(NUMBER.c.folded, NUMBER.c.patron_id).where(
    NUMBER.c.patron_id.in_(bindparam("ids", expanding=True))
)
_ADD = Constant(NUMBER.insert().values(folded=bindparam("folded"), patron_id=bindparam("patron_id")))
_DROP = Constant(
    NUMBER.delete().where(
        NUMBER.c.folded == bindparam("folded_number"), NUMBER.c.patron_id == bindparam("whose")
    )
)
_ROWS = select(PATRON.c.id, PATRON.c.barcodes).where(PATRON.c.id.in_(bindparam("ids", expanding=True)))


def renew(connection: Connection, ids: Collection[str]) -> None:
    """Bring the numbers of these readers up to all rows that there are of them; of none, all go."""
    if not ids:
        return
    rows = connection.execute(_ROWS, {"ids": list(ids)})
    wanted = {(number, row.id) for row in rows for number in numbers_of(row.id, row.barcodes)}
    known = {(row.folded, row.patron_id) for row in connection.execute(_KNOWN, {"ids": list(ids)})}
    _ADD.run_many(connection, [{"folded": one, "patron_id": whose} for one, whose in wanted - known])
    _DROP.run_many(connection, [{"folded_number": one, "whose": whose} for one, whose in known - wanted])


def numbers_of(patron_id: str, barcodes: Iterable[str] | None) -> set[str]:
    """Return the folded numbers of one row; one without a letter or digit has none."""
    return {number for one in (patron_id, *(barcodes or ())) if (number := folded(str(one)))}
