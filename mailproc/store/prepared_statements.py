"""Constant statements, made once from the tables: the path of every letter has no ORM.

``insert_into`` and ``update_of`` name their columns once; values are bound at each call. A ``Constant`` is
such a statement with everything prepared: SQLAlchemy takes three times as long to look a statement up as
SQLite to execute it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, Generic, TypeVar, cast, get_args, get_type_hints, overload

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    RowMapping,
    Table,
    Update,
    bindparam,
    literal_column,
)
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.sql.visitors import replacement_traverse
from sqlmodel import SQLModel

from mailproc.store.pipeline import StatementPipeline, pipeline_of

_SQLITE = pysqlite.dialect()
Convert = Callable[[Any], Any]
_Made = TypeVar("_Made")


def table_of(model: type[SQLModel]) -> Table:
    """Return the Core table of a SQLModel class."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def insert_into(model: type[SQLModel], columns: Sequence[str]) -> Insert:
    """Return INSERT of ``columns``; it returns the new row's id if the table has one."""
    table = table_of(model)
    statement = table.insert().values({name: bindparam(name) for name in columns})
    return statement.returning(table.c.id) if "id" in table.c else statement


def update_of(model: type[SQLModel], columns: Sequence[str]) -> Update:
    """Return UPDATE of ``columns`` in the row whose id is bound as ``row_id``."""
    table = table_of(model)
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    return table.update().where(table.c.id == bindparam("row_id")).values(values)


def one_of(column: ColumnElement[str], words: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that the column is one of these words of ours.

    They are written into the statement, whose text is then always the same.
    """
    return column.in_([literal_column(f"'{word}'") for word in words])


def made(into: type[_Made], rows: Iterable[Sequence[Any]]) -> list[_Made]:
    """Make each row of a statement that is no ``Constant`` an instance of ``into``.

    ``into`` is a dataclass whose fields are the statement's columns in their order. An enum field is made
    from the member's name; if it may be None, '' is None.
    """
    names, members = _names(cast(Any, into)), _members(cast(Any, into))
    return [_made(into, names, members, list(row)) for row in rows]


class Constant(Generic[_Made]):
    """A statement whose text never changes: no ``expanding`` parameter; defaults of columns are plain values.

    On SQLite it goes directly to the driver, values and columns converted by the types in the tables; a
    connection that has not begun yet (a reader's snapshot), and PostgreSQL, use SQLAlchemy. Each row is made
    ``into`` a dataclass (see ``made``); without one, rows are mappings by column name.
    """

    @overload
    def __init__(self: "Constant[RowMapping]", statement: Any) -> None: ...
    @overload
    def __init__(self: "Constant[_Made]", statement: Any, into: type[_Made]) -> None: ...
    def __init__(self, statement: Any, into: Any = None) -> None:
        self.statement = statement
        self._into = into

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[_Made]:
        """Return all rows, in the statement's order."""
        if (plan := self._direct(connection)) is None:
            found = connection.execute(self.statement, values)
            if self._into is None:
                return cast(list[_Made], list(found.mappings()))
            return made(self._into, found)
        return [plan.row(row) for row in plan.execute(connection, values)]

    def row(self, connection: Connection, values: Mapping[str, Any]) -> _Made | None:
        """Return the only row, or None."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def one(self, connection: Connection, values: Mapping[str, Any]) -> _Made:
        """Return the row that must exist. Raise LookupError if it does not."""
        row = self.row(connection, values)
        if row is None:
            raise LookupError(f"no row for {sorted(values)}")
        return row

    def scalar(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return the first column of the first row, None if there is none."""
        if (plan := self._direct(connection)) is None:
            return connection.execute(self.statement, values).scalar()
        found = plan.execute(connection, values)
        return plan.first(found[0][0]) if found else None

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Execute a statement that returns nothing."""
        if (plan := self._direct(connection)) is None:
            connection.execute(self.statement, values)
        else:
            plan.run(connection, values)

    def count(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Return how many rows an UPDATE or DELETE changed."""
        if (plan := self._direct(connection)) is None:
            return connection.execute(self.statement, values).rowcount
        return plan.count(connection, values)

    def run_many(self, connection: Connection, values: Sequence[Mapping[str, Any]]) -> None:
        """Execute it once for each of ``values``, which may be empty."""
        if not values:
            return
        if (plan := self._direct(connection)) is None:
            connection.execute(self.statement, list(values))
        else:
            plan.run_many(connection, values)

    def _direct(self, connection: Connection) -> "_Plan | None":
        """How the statement goes straight to the driver; None where it takes SQLAlchemy's way."""
        if not connection.in_transaction():
            return None
        if connection.dialect.name == "sqlite":
            return self._plan
        return self._server_plan if pipeline_of(connection) is not None else None

    @cached_property
    def _plan(self) -> "_Plan":
        return _Plan(self.statement, self._into, _SQLITE)

    @cached_property
    def _server_plan(self) -> "_Plan":
        return _ServerPlan(self.statement, self._into, _postgresql())


@cache
def _postgresql() -> Any:
    """The dialect that numbers no parameters. Loaded here: who is on SQLite has no psycopg."""
    from sqlalchemy.dialects.postgresql import psycopg

    dialect: Any = psycopg.dialect
    return dialect(paramstyle="format")


class _Plan:
    """The statement's text for SQLite, and the conversions of its values and columns."""

    def __init__(self, statement: Any, into: Any, dialect: Any) -> None:
        compiled = replacement_traverse(statement, {}, _word_written_out).compile(dialect=dialect)
        if compiled.post_compile_params:
            raise TypeError("a statement with an expanding parameter is not constant")
        self._text = str(compiled)
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._fixed |= {column.key: column.default.arg for column in compiled.insert_prefetch}
        self._fixed |= {column.key: column.onupdate.arg for column in compiled.update_prefetch}
        places = enumerate(compiled.positiontup)
        binders = ((place, _binder(compiled.binds[name].type, dialect)) for place, name in places)
        self._conversions = [(place, convert) for place, convert in binders if convert]
        self._picked = _picker(compiled.positiontup)
        columns = getattr(statement, "exported_columns", ())
        self._columns = [(column.key, _reader(column.type, dialect)) for column in columns]
        self.first: Convert = (self._columns[0][1] if self._columns else None) or _as_it_is
        self.row: Convert = self._mapping if into is None else self._maker(into)

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Return all rows (an INSERT … RETURNING is complete only after its last row).

        Raise the driver's errors (``db_errors.driver_errors``) unchanged.
        """
        driver: Any = connection.connection.driver_connection
        return cast(list[Any], driver.execute(self._text, self._bound(values)).fetchall())

    def count(self, connection: Connection, values: Mapping[str, Any]) -> int:
        driver: Any = connection.connection.driver_connection
        return cast(int, driver.execute(self._text, self._bound(values)).rowcount)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        self.execute(connection, values)

    def run_many(self, connection: Connection, values: Sequence[Mapping[str, Any]]) -> None:
        driver: Any = connection.connection.driver_connection
        driver.executemany(self._text, map(self._bound, values))

    def _bound(self, values: Mapping[str, Any]) -> list[Any]:
        bound = self._picked({**self._fixed, **values} if self._fixed else values)
        for place, convert in self._conversions:
            bound[place] = convert(bound[place])
        return bound

    def _maker(self, into: Any) -> Convert:
        names = tuple(name for name, _ in self._columns)
        if names != _names(into):
            raise TypeError(f"{into.__name__} has other fields than the statement has columns: {names}")
        read = [(place, convert) for place, (_, convert) in enumerate(self._columns) if convert]
        conversions = (*read, *_members(into))
        return lambda found: _made(into, names, conversions, list(found))

    def _mapping(self, found: Sequence[Any]) -> RowMapping:
        pairs = zip(self._columns, found, strict=True)
        row = {name: convert(value) if convert else value for (name, convert), value in pairs}
        return cast(RowMapping, row)  # it is read in the same way


class _ServerPlan(_Plan):
    """The same on PostgreSQL: what gives nothing back is sent with what follows (``pipeline``)."""

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        return cast(list[Any], self._ask(connection, values).fetchall())

    def count(self, connection: Connection, values: Mapping[str, Any]) -> int:
        return cast(int, self._ask(connection, values).rowcount)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        self._pipeline(connection).later(self._text, self._bound(values))

    def run_many(self, connection: Connection, values: Sequence[Mapping[str, Any]]) -> None:
        for one in values:
            self.run(connection, one)

    def _ask(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        return self._pipeline(connection).ask(self._text, self._bound(values))

    def _pipeline(self, connection: Connection) -> StatementPipeline:
        return cast(StatementPipeline, pipeline_of(connection))


_Names = tuple[str, ...]
_Conversions = Sequence[tuple[int, Convert]]


@cache
def _names(into: Any) -> _Names:
    return tuple(field.name for field in fields(into))


def _made(into: type[_Made], names: _Names, conversions: _Conversions, values: list[Any]) -> _Made:
    for place, convert in conversions:
        if values[place] is not None:
            values[place] = convert(values[place])
    row = object.__new__(into)
    row.__dict__.update(
        zip(names, values, strict=True)
    )  # a frozen dataclass's own way takes three times as long
    return row


@cache
def _members(into: Any) -> _Conversions:
    """Return the positions of enums in ``into``, and how to find a member by its name."""
    kinds = get_type_hints(into)
    named = ((place, _member(kinds[field.name])) for place, field in enumerate(fields(into)))
    return tuple((place, convert) for place, convert in named if convert is not None)


def _member(kind: Any) -> Convert | None:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind.__members__.__getitem__
    for one in get_args(kind):
        if isinstance(one, type) and issubclass(one, Enum):
            members = one.__members__
            return lambda name: members[name] if name else None
    return None


def _word_written_out(element: Any, **_options: Any) -> Any:
    """A word of the statement's own is text and no parameter: where one is compared with a column that a
    partial index names, SQLite plans the statement again at each execution."""
    if not isinstance(element, BindParameter) or element.required or not isinstance(element.value, str):
        return None
    if isinstance(element.type, JSON.JSONElementType):  # a path into a JSON value is written in its own way
        return None
    return literal_column("'" + element.value.replace("'", "''") + "'", element.type)


def _picker(names: Sequence[str]) -> Callable[[Mapping[str, Any]], list[Any]]:
    """Return a function for the values of these names, in order (``itemgetter`` fails for one name)."""
    if len(names) < 2:
        return lambda values: [values[name] for name in names]
    pick = itemgetter(*names)
    return lambda values: list(pick(values))


def _binder(kind: Any, dialect: Any) -> Convert | None:
    return cast(Convert | None, kind.dialect_impl(dialect).bind_processor(dialect))


def _reader(kind: Any, dialect: Any) -> Convert | None:
    return cast(Convert | None, kind.dialect_impl(dialect).result_processor(dialect, None))


def _as_it_is(value: Any) -> Any:
    return value
