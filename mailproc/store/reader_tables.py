"""The tables of the pages for readers: who is signed in, and which links to sign in were sent."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant


class ReaderSessionRow(SQLModel, table=True):
    """A browser in which a reader is signed in. ``token``: the SHA-256 of what its cookie holds, in hex."""

    __tablename__ = "reader_session"
    __table_args__ = (Index("ix_reader_session_patron", "patron_id"),)
    token: str = Field(primary_key=True)
    patron_id: str
    begun_at: datetime = Field(sa_type=Instant, nullable=False)
    seen_at: datetime = Field(sa_type=Instant, nullable=False)


class ReaderLinkRow(SQLModel, table=True):
    """A link with which a reader signs in, once. ``event_id``: what its letter was written for.

    ``token``: the SHA-256 of what the link holds, in hex; None until its letter leaves, and once it was used.
    """

    __tablename__ = "reader_link"
    __table_args__ = (
        Index("ix_reader_link_patron", "patron_id", "asked_at"),
        Index("ix_reader_link_asked", "asked_at"),
        Index("ix_reader_link_token", "token"),
    )
    id: int | None = Field(default=None, primary_key=True)
    patron_id: str
    event_id: int
    asked_at: datetime = Field(sa_type=Instant, nullable=False)
    token: str | None = None
    until: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
