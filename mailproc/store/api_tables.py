"""The tables of other systems: by which tokens they ask, and what they were answered."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant


class ApiTokenRow(SQLModel, table=True):
    """A system that may ask. ``digest``: the SHA-256 of its token, in hex; '' once it is out.

    ``role``: look | work | keep. ``out_at``: since when it may not; the name stays for what was done before.
    """

    __tablename__ = "api_token"
    name: str = Field(primary_key=True)
    digest: str
    role: str
    added_at: datetime = Field(sa_type=Instant, nullable=False)
    out_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    __table_args__ = (Index("ix_api_token_digest", "digest"),)


class ApiAnswerRow(SQLModel, table=True):
    """What a system was answered under a key of its own (Idempotency-Key): the same question has one answer.

    ``asked``: the SHA-256 of the question, in hex; ``answer``: JSON.
    """

    __tablename__ = "api_answer"
    token: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    asked: str
    answer: str
    at: datetime = Field(sa_type=Instant, nullable=False)
    __table_args__ = (Index("ix_api_answer_at", "at"),)
