"""The table of what became of the library's own texts. No station reads it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant


class TemplateVersionRow(SQLModel, table=True):
    """A text of the library's own below ``path``, as it was from ``at`` on. ``text``: None where its file was
    taken away, so that the shipped one goes out. ``login``: of who saved it at the desk, '' of a change by
    hand. ``state``: begun | done | lost. A row is begun before the file is written, so one that is left begun
    tells that the process ended meanwhile: only the file says whether it was written."""

    __tablename__ = "template_version"
    __table_args__ = (Index("ix_template_version_path", "path", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    path: str
    text: str | None = None
    state: str
    login: str
    at: datetime = Field(sa_type=Instant, nullable=False)
    note: str
