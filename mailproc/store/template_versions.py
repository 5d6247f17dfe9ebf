"""The versions of the library's own texts, as they were saved at the desk or found to be changed by hand."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from mailproc.store.prepared_statements import Constant, insert_into, table_of, update_of
from mailproc.store.template_tables import TemplateVersionRow
from mailproc.store.text import storable

_TABLE = table_of(TemplateVersionRow)


class VersionState(StrEnum):
    """BEGUN: the file is being written; DONE: it was; LOST: it was not."""

    BEGUN = "begun"
    DONE = "done"
    LOST = "lost"


@dataclass(frozen=True)
class NewTemplateVersion:
    """Fields are columns of ``template_tables.TemplateVersionRow``, where they are explained."""

    path: str
    text: str | None
    state: VersionState
    login: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class TemplateVersion:
    """A version that is written down."""

    id: int
    path: str
    text: str | None
    state: str
    login: str
    at: datetime
    note: str


_ADD = Constant(insert_into(TemplateVersionRow, tuple(NewTemplateVersion.__dataclass_fields__)))
_SETTLE = Constant(update_of(TemplateVersionRow, ("state",)))
_NEWEST = Constant(
    select(_TABLE)
    .where(_TABLE.c.path == bindparam("named"))
    .order_by(_TABLE.c.id.desc())
    .limit(bindparam("most")),
    TemplateVersion,
)
_LOAD = Constant(select(_TABLE).where(_TABLE.c.id == bindparam("version_id")), TemplateVersion)


def add(connection: Connection, version: NewTemplateVersion) -> int:
    """Write a version down; return its number."""
    row = asdict(version) | {"state": version.state.value}
    if version.text is not None:
        row["text"] = storable(version.text)
    number: int = _ADD.scalar(connection, row)
    return number


def settle(connection: Connection, version_id: int, state: VersionState) -> None:
    """Record what became of a version that was begun."""
    _SETTLE.run(connection, {"row_id": version_id, "state": state.value})


def newest(connection: Connection, path: str, most: int) -> Sequence[TemplateVersion]:
    """Return the newest versions of the text at ``path``, the newest first."""
    return _NEWEST.rows(connection, {"named": path, "most": most})


def load(connection: Connection, version_id: int) -> TemplateVersion | None:
    """Return one version."""
    return _LOAD.row(connection, {"version_id": version_id})
