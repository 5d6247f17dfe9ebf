"""What somebody else has put into a store: a trigger changes whatever is stored from then on.

So a copy with one is not put back, and a store with one is not used. Tables are not compared: without
triggers, views and rules they do nothing.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

TRIGGERS = {
    "finding_new": "CREATE TRIGGER finding_new AFTER INSERT ON finding BEGIN"
    " INSERT INTO finding_index (rowid, words) VALUES (new.request_id, new.words); END",
    "finding_gone": "CREATE TRIGGER finding_gone AFTER DELETE ON finding BEGIN"
    " INSERT INTO finding_index (finding_index, rowid, words)"
    " VALUES ('delete', old.request_id, old.words); END",
    "finding_changed": "CREATE TRIGGER finding_changed AFTER UPDATE ON finding BEGIN"
    " INSERT INTO finding_index (finding_index, rowid, words)"
    " VALUES ('delete', old.request_id, old.words);"
    " INSERT INTO finding_index (rowid, words) VALUES (new.request_id, new.words); END",
}
"""Those of the index of finding, as the migrations write them."""
VIRTUAL = frozenset({"finding_index", "finding_index_terms"})
ACTIVE = (
    "SELECT type, name, sql FROM sqlite_master"
    " WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%' ORDER BY name"
)
DISTRUST = ("PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON")
"""What a file's own schema says is not trusted: no function or table in it may do more than compute."""
_DUMPED = frozenset(
    {
        *("TABLE", "TABLE DATA", "TABLE ATTACH", "INDEX", "INDEX ATTACH", "CONSTRAINT", "FK CONSTRAINT"),
        *("DEFAULT", "SEQUENCE", "SEQUENCE SET", "SEQUENCE OWNED BY", "STATISTICS", "COMMENT", "SCHEMA"),
        *("EXTENSION", "PUBLICATION", "VIEW", "MATERIALIZED VIEW", "MATERIALIZED VIEW DATA"),
    }
)
"""Kinds of entries of a dump that do nothing of themselves; the operator's views are among them."""
SERVER = (
    "SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal"
    " UNION ALL SELECT 'rule ' || rulename FROM pg_rewrite WHERE rulename <> '_RETURN' AND ev_class > 16383"
)
"""What acts in a database of PostgreSQL, whose own objects have numbers below 16384."""

_VIEWS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name",
    "postgresql": (
        "WITH RECURSIVE seen (id) AS ("
        " SELECT oid FROM pg_class"
        " WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
        " UNION SELECT ev_class FROM seen"
        " JOIN pg_depend ON refobjid = seen.id AND refclassid = 'pg_class'::regclass"
        " JOIN pg_rewrite ON pg_rewrite.oid = objid AND classid = 'pg_rewrite'::regclass)"
        " SELECT oid::regclass::text FROM seen JOIN pg_class ON oid = seen.id WHERE relkind IN ('v', 'm')"
        " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e') ORDER BY 1"
    ),
}
"""An operator's views; of PostgreSQL those that read tables of the store, also by another view."""


def views(connection: Connection) -> list[str]:
    """Return an operator's views of the store: no table that they read can be dropped or renamed."""
    return list(connection.exec_driver_sql(_VIEWS[connection.dialect.name]).scalars())


def in_file(connection: sqlite3.Connection) -> list[str]:
    """Return what is not ours in a file of SQLite: ``trigger zz``. To be asked before its tables are read."""
    for line in DISTRUST:
        connection.execute(line)
    return list(_foreign(connection.execute(ACTIVE)))


def _foreign(rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    for kind, name, sql in rows:
        if kind == "table":
            if name not in VIRTUAL:
                yield f"virtual table {name}"
        elif TRIGGERS.get(name) != sql:
            yield f"{kind} {name}"


def acting(connection: Connection) -> list[str]:
    """Return what acts in a store in use and is not ours; an operator's view does not."""
    if connection.dialect.name == "postgresql":
        return list(connection.exec_driver_sql(SERVER).scalars())
    rows = connection.exec_driver_sql(ACTIVE).all()
    return [one for one in _foreign((row[0], row[1], row[2]) for row in rows) if one.startswith("trigger ")]


def in_dump(listed: str) -> list[str]:
    """Return what is not ours in a dump: ``listed`` is what ``pg_restore --list`` says of it."""
    return [entry for line in listed.splitlines() if (entry := _entry(line))]


def _entry(line: str) -> str:
    """Of ``215; 1259 16391 TABLE public alarm mailproc``: '' as nothing of it acts."""
    words = line.partition("; ")[2].split(" ")[2:]
    if line.startswith(";") or any(" ".join(words[:count]) in _DUMPED for count in (1, 2, 3)):
        return ""
    return " ".join(words)
