"""The tables of the store's own upkeep: copies that were put back or made, and the places beside it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from mailproc.store.tables import Instant


class RestoredRow(SQLModel, table=True):
    """The store was put back from a copy. While ``gone_on_at`` is NULL no letter leaves and no timer fires.

    ``is_over``: 1 once the service has gone on.

    ``how``: found (at a start, by the counters file) | file (`restore FILE`) | here (`restore --here`).
    ``newest_at``: of the newest thing in the copy, so about when it was made. ``inbox_until``: the last
    letter that it holds. ``numbers``: the next of each counter, in words: "B 1001, L 7".
    """

    __tablename__ = "restored"
    id: int | None = Field(default=None, primary_key=True)
    found_at: datetime = Field(sa_type=Instant, nullable=False)
    how: str
    newest_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    inbox_until: int
    numbers: str
    gone_on_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    actor: str = ""
    is_over: int = 0


class BackupRow(SQLModel, table=True):
    """A backup was begun ``at``. ``ended_at`` is NULL while it is being made, and if it was killed.

    ``fault`` says why there is none, '' if it is good.
    """

    __tablename__ = "backup"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant, nullable=False)
    file: str
    size: int
    documents: int
    fault: str
    ended_at: datetime | None = Field(default=None, sa_type=Instant, nullable=True)


class SharedPlaceRow(SQLModel, table=True):
    """A place beside a store on PostgreSQL that every machine must reach, and the mark that lies in it."""

    __tablename__ = "shared_place"
    name: str = Field(primary_key=True)
    mark: str
