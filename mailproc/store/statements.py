"""Constant statements, made once from the tables: the path of every letter has no ORM.

``insert_into`` and ``update_of`` name their columns once; values are bound at each call.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Insert, Table, Update, bindparam
from sqlmodel import SQLModel


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a SQLModel class."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def insert_into(model: type[SQLModel], columns: Sequence[str]) -> Insert:
    """INSERT of ``columns``; gives the new row's id back where the table has one."""
    table = table_of(model)
    statement = table.insert().values({name: bindparam(name) for name in columns})
    return statement.returning(table.c.id) if "id" in table.c else statement


def update_of(model: type[SQLModel], columns: Sequence[str]) -> Update:
    """UPDATE of ``columns`` in the row whose id is bound as ``row_id``."""
    table = table_of(model)
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    return table.update().where(table.c.id == bindparam("row_id")).values(values)
