"""The bytes of letters, apart from their rows: a change of a row does not copy them, and they can go.

On PostgreSQL both are partitioned by the year of ``at`` (yearly_partitions.py), and so is ``history``.
"""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant


class InboxBytes(SQLModel, table=True):
    """The bytes of the letter that came in as row ``letter_id``; ``at``: its ``received_at``."""

    __tablename__ = "inbox_bytes"
    letter_id: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant, nullable=False)
    raw: bytes = Field(sa_column=Column("raw", LargeBinary, nullable=False))


class OutgoingBytes(SQLModel, table=True):
    """The same of a letter of ours; ``at``: its ``prepared_at``."""

    __tablename__ = "outgoing_bytes"
    letter_id: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant, nullable=False)
    raw: bytes = Field(sa_column=Column("raw", LargeBinary, nullable=False))
