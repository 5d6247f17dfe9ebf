"""The table of requests that somebody submitted: by the letter of a form, or at a desk."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant

TO_REVIEW = "state = 'review'"
"""Condition on a submission: staff have not decided yet."""
DECIDED = "state <> 'review'"
"""The other submissions."""


class SubmissionRow(SQLModel, table=True):
    """What a request was before it was one (``submissions``): the row of ``request`` has the rest.

    ``state``: review | accepted | declined. ``source``: the form's name. ``content``: digest of what it says.
    ``partner`` and ``number``: who asks us, under which number of theirs. ``lenders``: whom to ask if staff
    name nobody. ``patron_id``: the reader's number as it was written, which proves nothing; ``reader``: what
    else was said of the reader. ``unread``: lines that no field has; ``doubtful``: what could not be read, or
    seems to be another field. ``words``: all as it was written.
    ``counted``: under whom it counts, a reader of the store or a sender (``form_limits``).
    ``event_ids``: what became of it, the first event first.
    """

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_review", "request_id", sqlite_where=text(TO_REVIEW)),
        Index("ix_submission_content", "content", "at"),
        Index("ix_submission_patron", "patron_id"),
        Index(
            "ix_submission_figures",
            "state",
            "partner",
            "at",
            sqlite_where=text(DECIDED),
        ),
        Index("ix_submission_counted", "counted", "source", "at"),
        Index("ix_submission_number", "source", "number"),
    )
    request_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    state: str = "review"
    source: str
    content: str
    at: datetime = Field(sa_type=Instant, nullable=False)
    partner: str = ""
    number: str = ""
    guessed: bool = False
    patron_id: str = ""
    reader: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    lenders: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    unread: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    doubtful: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    words: str = ""
    counted: str = ""
    event_ids: list[int] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
