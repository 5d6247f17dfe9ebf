"""The tables of imports of readers, and of the numbers by which they are found."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant


class PatronImportRow(SQLModel, table=True):
    """An import of a patron file (``patron_imports``).

    ``state``: staging (its rows are being written, and nobody reads them) | abandoned (another one has begun
    meanwhile, its rows are to be deleted) | undone | current (it counts; what it replaced is to be deleted) |
    settled. ``is_current``: 1 of the one that counts now.
    """

    __tablename__ = "patron_import"
    __table_args__ = (Index("ix_patron_import_current", "id", sqlite_where=text("is_current = 1")),)
    id: int | None = Field(default=None, primary_key=True)
    begun_at: datetime = Field(sa_type=Instant, nullable=False)
    current_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    actor: str = ""
    state: str = "staging"
    is_current: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    refused: int = 0


class PatronNumberRow(SQLModel, table=True):
    """A number of a reader, folded: id or barcode of any row of ``patron`` (``patron_numbers``)."""

    __tablename__ = "patron_number"
    __table_args__ = (Index("ix_patron_number_patron", "patron_id"),)
    folded: str = Field(primary_key=True)
    patron_id: str = Field(primary_key=True)
