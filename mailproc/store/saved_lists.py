"""Filters of the list of requests that persons keep under a name."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from mailproc.store.prepared_statements import Constant, table_of
from mailproc.store.staff_tables import SavedListRow

_LIST = table_of(SavedListRow)


@dataclass(frozen=True)
class SavedList:
    """``chosen``: the filters by name."""

    name: str
    chosen: Mapping[str, str]


_LISTED = Constant(
    select(_LIST.c.name, _LIST.c.chosen).where(_LIST.c.login == bindparam("login")).order_by(_LIST.c.name),
    SavedList,
)


def listed(connection: Connection, login: str) -> list[SavedList]:
    """Return the person's lists by their names."""
    return list(_LISTED.rows(connection, {"login": login}))


def keep(connection: Connection, login: str, saved: SavedList) -> None:
    """Keep the list in the place of one with its name."""
    drop(connection, login, saved.name)
    connection.execute(_LIST.insert().values(login=login, name=saved.name, chosen=dict(saved.chosen)))


def drop(connection: Connection, login: str, name: str) -> None:
    """Keep the list no longer."""
    connection.execute(delete(_LIST).where(_LIST.c.login == login, _LIST.c.name == name))
