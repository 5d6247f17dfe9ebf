"""The tables of what catalogues have said."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant, Told


def _holdings() -> Any:
    """An answer as JSON (``ill.holding.CatalogueAnswer``)."""
    return Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)


class LookUpRow(SQLModel, table=True):
    """What a catalogue has said about the item of a request.

    ``use``: own | union. ``fault``: why it has said nothing. ``retry_at``: when it is asked again; NULL where
    it has answered.
    """

    __tablename__ = "look_up"
    request_id: int = Field(primary_key=True)
    catalogue: str = Field(primary_key=True)
    use: str
    at: datetime = Field(sa_type=Instant, nullable=False)
    answer: dict[str, Any] | None = _holdings()
    fault: str = Field(default="", sa_type=Told)
    retry_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)


class CatalogueAnswerRow(SQLModel, table=True):
    """An answer that counts until ``until``. ``question``: a digest of what was asked, and how."""

    __tablename__ = "catalogue_answer"
    __table_args__ = (Index("ix_catalogue_answer_until", "until"),)
    catalogue: str = Field(primary_key=True)
    question: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant, nullable=False)
    until: datetime = Field(sa_type=Instant, nullable=False)
    answer: dict[str, Any] | None = _holdings()


class CataloguePauseRow(SQLModel, table=True):
    """A catalogue that did not answer is not asked before ``until``."""

    __tablename__ = "catalogue_pause"
    catalogue: str = Field(primary_key=True)
    until: datetime = Field(sa_type=Instant, nullable=False)
    why: str = Field(default="", sa_type=Told)
