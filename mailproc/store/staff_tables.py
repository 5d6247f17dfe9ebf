"""The tables of the desk: who may use it, who is logged in, what a person keeps. Nothing else reads them."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant


class StaffRow(SQLModel, table=True):
    """A person who may use the desk. ``role``: look | work | keep. ``hash``: of the password, argon2id, a PHC
    string. ``out_at``: since when the person may not any more; the name stays for what was done before."""

    __tablename__ = "staff"
    login: str = Field(primary_key=True)
    name: str
    role: str
    hash: str
    added_at: datetime = Field(sa_type=Instant, nullable=False)
    out_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)


class SavedListRow(SQLModel, table=True):
    """A filter of the list of requests that a person keeps under a name. ``chosen``: the filters by name."""

    __tablename__ = "saved_list"
    login: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    chosen: dict[str, str] = Field(sa_column=Column(JSON(none_as_null=True), nullable=False))


class StaffSessionRow(SQLModel, table=True):
    """A browser in which a person is logged in. ``token``: the SHA-256 of what its cookie holds, in hex."""

    __tablename__ = "staff_session"
    __table_args__ = (Index("ix_staff_session_login", "login"),)
    token: str = Field(primary_key=True)
    login: str
    begun_at: datetime = Field(sa_type=Instant, nullable=False)
    seen_at: datetime = Field(sa_type=Instant, nullable=False)
