"""Which row of a reader counts: the one that the current import left, or a request since.

Every statement that reads ``patron`` has one of these conditions. So an import of any size counts from one
short commit on (``patron_imports.make_current``), for every reader at once.
"""

from sqlalchemy import and_, func, literal_column, select, text

from mailproc.store.patron_tables import PatronImportRow
from mailproc.store.prepared_statements import table_of
from mailproc.store.tables import PatronRow

PATRON = table_of(PatronRow)
IMPORT = table_of(PatronImportRow)
_COUNTS = select(IMPORT.c.id).where(text("patron_import.is_current = 1")).scalar_subquery()
CURRENT_IMPORT = func.coalesce(_COUNTS, literal_column("0"))
"""The import that counts now; 0 before the first."""
IS_CURRENT = and_(PATRON.c.since <= CURRENT_IMPORT, PATRON.c.until > CURRENT_IMPORT)
