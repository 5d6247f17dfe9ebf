"""How the two databases find what a statement asks for: which steps go through a whole table that grows, and
which sort what waits. Told by the databases' own plans.

SQLite knows nothing of what the tables hold here: it goes by how the question is put. PostgreSQL would scan
a table of few rows by choice, and sort it, so both are taken from it: what is left of them is need.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Executable, Integer, event, inspect, text
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.sql import visitors

import mailproc

Call = Callable[[Connection], object]

FEW = {
    "counter",
    "hub",
    "identity",
    "mailbox",
    "service",
    "template_good",
    "alembic_version",
    "sqlite_master",
    "restored",
    "backup",
    "patron_import",
    "shared_place",
    "catalogue_pause",
    "older_attempts",
    "staff",
    "api_token",
    "staff_session",
    "saved_list",
    "reader_session",
    "reader_link",
}
"""Tables that hold a row for each thing of the configuration, for each copy of the store, or each import."""
SCHEMA = {"pg_trigger", "pg_rewrite"}
"""PostgreSQL's own: a row for each thing of the schema."""
SMALL = {
    "ix_partner_learned_paused": "a row for each partner that staff have paused",
    "ix_inbox_shelf": "what staff have not put away yet",
    "ix_event_shelf": "the same of messages, which are counted",
    "ix_intent_waiting": "what waits to be composed",
    "alarm_pkey": "what is over is deleted",
    "ix_transactions_attention": "what needs attention, of which all is listed",
    "ix_transactions_promised": "what waits for a promised day, of which that day is read",
    "ix_request_open": "what is open, of which the last state is read",
    "ix_catalogue_answer_until": "answers of catalogues, of which 10,000 are kept at most",
    "ix_submission_review": "what staff have not decided yet",
    "ix_timer_kind": "what waits, which is counted; the index alone is read",
    "ix_timer_due": "the same on PostgreSQL, and what is due first",
}
"""Indexes of few rows, which are looked through, and why they stay few."""
WALKED = {
    "ix_inbox_deferred": "what waits for DNS, its beginning",
    "ix_transactions_age": "a list: what was changed last, until there are enough lines",
    "inbox_pkey": "the newest letters",
    "outgoing_pkey": "the newest letters of ours",
    "intent_pkey": "what was said last, on which texts are tried",
    "transactions_pkey": "the newest attempts, likewise",
    "event_pkey": "the newest one: as of when a copy is that was put back",
}
"""Indexes that are walked in their order up to a limit."""
FEWER = 100
"""Rows that may be sorted; what ``grow`` makes is more."""
COUNTED = {"office/queries/counted.py", "store/attempt_sums.py"}
"""Counts what a list leaves out, 10,000 rows at most; and statistics, which are of everything."""
BY_PEOPLE = {"partner_learned"}
"""Holds what waits for the yes of staff, who ask for all of it."""
HALF: tuple[set[str], ...] = ({"role"}, {"kind"})
"""What many rows have in common."""
FEW_OF_A_KIND = {"alarm"}
"""Asked by the kind alone of one that has a row for each partner."""
NAMES = {
    "id", "rowid", "transaction_id", "request_id", "event_id", "inbox_id", "outgoing_id", "patron_id",
    "number", "value", "digest", "message_id", "tgq", "once", "address", "about", "repeat_key", "path",
    "name", "upper", "sent_at", "original_sent_at", "mailbox", "partner",
}  # fmt: skip
"""Columns of which few rows have the same value; what is found by one of them may be sorted."""

_HERE = str(Path(mailproc.__file__).parent)
_MACHINERY = (
    *("statements.py", "pipeline.py", "savepoint.py", "connections.py", "engine.py", "writer.py", "guard.py"),
)


@dataclass(frozen=True)
class Said:
    """A statement as it went to the database (SQLite: with its values), and who in mailproc said it."""

    text: str
    values: Any = None
    file: str = ""
    line: int = 0


@contextmanager
def listening() -> Iterator[list[Said]]:
    """Everything that is said over connections that are opened from here on."""
    said: list[Said] = []

    def connected(driver: Any, _record: object) -> None:
        if hasattr(driver, "set_trace_callback"):
            driver.set_trace_callback(lambda statement: said.append(Said(statement, None, *_speaker())))
        else:
            _hear(driver, lambda text, values: said.append(Said(text, values, *_speaker())))

    event.listen(Engine, "connect", connected)
    try:
        yield said
    finally:
        event.remove(Engine, "connect", connected)


def _hear(driver: Any, hear: Callable[[str, Any], None]) -> None:
    """Let the cursors of a connection of psycopg's tell what they are given."""
    driver.cursor_factory = _heard(driver.cursor_factory, hear)
    driver.server_cursor_factory = _heard(driver.server_cursor_factory, hear)


def _heard(cursor: Any, hear: Callable[[str, Any], None]) -> Any:
    class Heard(cursor):  # type: ignore[misc]  # psycopg is not always installed
        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
            hear(query, params)
            return super().execute(query, params, **how)

        def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
            given = list(params_seq)
            hear(query, given[0])
            super().executemany(query, given, **how)

    return Heard


def _speaker() -> tuple[str, int]:
    """The innermost frame of mailproc that is no machinery of the store."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_HERE) and not file.endswith(_MACHINERY):
            return file.removeprefix(f"{_HERE}/"), frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return "", 0


def said_by(connection: Connection, call: Call) -> list[Said]:
    """What one call says over this connection."""
    said: list[Said] = []
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(lambda statement: said.append(Said(statement)))
        try:
            call(connection)
        finally:
            driver.set_trace_callback(None)
        return said

    server: Any = connection.connection.driver_connection
    usual = server.cursor_factory, server.server_cursor_factory
    _hear(server, lambda text, values: said.append(Said(text, values)))
    try:
        call(connection)
    finally:
        server.cursor_factory, server.server_cursor_factory = usual
    return said


def faults(connection: Connection, said: Sequence[Said]) -> list[str]:
    """The steps of their plans that go through a whole growing table, or sort what waits."""
    explain = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    asked = {one.text: one for one in said if is_asked(one.text) and one.file not in COUNTED}
    return [f"{step}: {one.text} [{one.file}]" for one in asked.values() for step in explain(connection, one)]


def faults_of_constant(connection: Connection, statement: Executable) -> list[str]:
    """The same of a statement whose values nobody knows yet."""
    if connection.dialect.name == "sqlite":
        compiled = _compiled(statement, pysqlite.dialect())
        return [
            f"{step}: {compiled}" for step in _sqlite(connection, Said(str(compiled), compiled.positiontup))
        ]
    compiled = _compiled(statement, asyncpg.dialect())  # numbers its parameters, as PREPARE wants them
    return [f"{step}: {compiled}" for step in _generic(connection, compiled)]


def _compiled(statement: Any, dialect: Any) -> Any:
    def fill(bind: Any) -> None:
        bind.required = False
        if bind.expanding and bind.value is None:
            bind.value, bind.callable = ["1", "2"], None

    filled = visitors.cloned_traverse(statement, {}, {"bindparam": fill})
    return filled.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})


def is_asked(statement: str) -> bool:
    """No pragma, no savepoint, and none of a trigger, which SQLite tells as a comment."""
    return statement.lstrip().split(" ")[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def _sqlite(connection: Connection, said: Said) -> list[str]:
    driver: Any = connection.connection.driver_connection
    values = [None] * len(said.values or ())
    plan = [(row[1], row[3]) for row in driver.execute(f"EXPLAIN QUERY PLAN {said.text}", values)]
    limited = "LIMIT" in said.text
    through = [line for _, line in plan if _goes_through_all(line, limited=limited)]
    sorts = [
        line
        for parent, line in plan
        if line.startswith("USE TEMP B-TREE") and _is_unbounded([one for of, one in plan if of == parent])
    ]
    return through + sorts


def _goes_through_all(line: str, *, limited: bool) -> bool:
    """ "SCAN x USING INDEX" goes through the whole of it too, and so does nearly a search for what half of
    the rows have. "(subquery-1)", "anon_1" are what was found before; "main." is the index of words' own."""
    step, name, *rest = line.split()
    if any(one in SMALL or (limited and one in WALKED) for one in rest) or name in BY_PEOPLE:
        return False
    if step == "SEARCH" and name not in FEW_OF_A_KIND:
        return _equal(line) in HALF and not (limited and ">?" in line)
    if limited and not rest and f"{name}_pkey" in WALKED:
        return False
    made = ("(", "anon_", "main.", "CONSTANT", "finding_index")
    return step == "SCAN" and not name.startswith(made) and name not in FEW


def _equal(line: str) -> set[str]:
    return {one.split("=")[0] for one in re.findall(r"\w+=\?", line)}


def _is_unbounded(steps: Sequence[str]) -> bool:
    """Is what is sorted found by nothing that few rows share? The first step is the outer one."""
    looks = [line for line in steps if line.startswith(("SEARCH", "SCAN"))]
    if not looks or any(word in SMALL or word in FEW for word in looks[0].split()):
        return False
    made = looks[0].split()[1].startswith(("(", "anon_"))
    return not made and not _equal(looks[0]) & NAMES


def _postgresql(connection: Connection, said: Said) -> list[str]:
    return _judged(connection, f"EXPLAIN (FORMAT JSON) {said.text}", said.values)


def _generic(connection: Connection, compiled: Any) -> list[str]:
    driver: Any = connection.connection.driver_connection
    nulls = ", ".join(["NULL"] * len(compiled.positiontup or ()))
    with driver.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE one AS {str(compiled).replace('%%', '%')}")
        try:
            return _judged(
                connection, f"EXPLAIN (FORMAT JSON) EXECUTE one{f'({nulls})' if nulls else ''}", None
            )
        finally:
            cursor.execute("DEALLOCATE one")


def _judged(connection: Connection, explain: str, values: Any) -> list[str]:
    """Where no index has the order, sorting is cheaper to PostgreSQL than it is to us, and without it whole
    tables are read in order: both ways are asked for, and one that is good will do."""
    driver: Any = connection.connection.driver_connection
    indexes = _indexes(connection)
    found: list[str] = []
    with driver.cursor() as cursor:
        for way in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_material"):
            cursor.execute(f"SET LOCAL {way} = off")
        for sorting in ("on", "off"):
            cursor.execute(f"SET LOCAL enable_sort = {sorting}")
            cursor.execute(explain, values)
            steps = list(_steps(cursor.fetchone()[0][0]["Plan"]))
            wrong = [one for one in steps if _reads_all(one, indexes, limited="LIMIT" in explain)]
            wrong += [one for one in steps if _sorts_all(one, indexes)]
            if not wrong:
                return []
            found += [f"{one['Node Type']} {one.get('Index Name', '')}" for one in wrong]
    return list(dict.fromkeys(found))


_VARIED = {
    "inbox": "id digest message_id",
    "event": "id once inbox_id transaction_id request_id",
    "request": "id number patron_id",
    "patron": "id",
    "transactions": "id request_id tgq",
    "history": "id transaction_id event_id",
    "timer": "id transaction_id event_id",
    "intent": "id event_id request_id transaction_id outgoing_id",
    "outgoing": "id message_id",
    "candidate": "request_id transaction_id",
    "finding": "request_id",
    "reference": "value transaction_id outgoing_id",
    "inbox_bytes": "letter_id",
    "outgoing_bytes": "letter_id",
    "hook_call": "id request_id event_id key",
    "template_version": "id path",
}
"""Of a table what its rows differ in."""


def grow(connection: Connection, rows: int = 3000) -> None:
    """Copy what is there until it matters to PostgreSQL which way it takes. SQLite looks at no rows."""
    if connection.dialect.name == "sqlite":
        return
    for table, columns in _VARIED.items():
        whole = {
            one["name"] for one in inspect(connection).get_columns(table) if isinstance(one["type"], Integer)
        }
        new = ", ".join(
            f"'{name}', r.{name} " + ("+ 100000 * n" if name in whole else "|| '-' || n")
            for name in columns.split()
        )
        copied = f"to_jsonb(r) || jsonb_strip_nulls(jsonb_build_object({new}))"
        some = f"(SELECT *, count(*) OVER () AS rows FROM {table} ORDER BY 1 LIMIT 30) r"  # noqa: S608  # ours
        copies = f"generate_series(1, {rows} / least(30, r.rows)) n"
        row = f"(jsonb_populate_record(NULL::{table}, {copied})).*"
        copy = f"INSERT INTO {table} SELECT {row} FROM {some}, {copies} ON CONFLICT DO NOTHING"  # noqa: S608
        connection.execute(text(copy))
    for table, state in (
        ("inbox", "todo"),
        ("event", "todo"),
        ("intent", "todo"),
        ("outgoing", "prepared"),
        ("hook_call", "prepared"),
    ):
        waits = f"UPDATE {table} SET state = '{state}' WHERE id > 100000 AND id / 100000 % 3 = 0"  # noqa: S608
        connection.execute(text(waits))
    connection.execute(text("ANALYZE"))


@dataclass(frozen=True)
class Known:
    """An index: its table, and its columns in order."""

    table: str
    columns: tuple[str, ...]
    rows: int


_KNOWN: WeakKeyDictionary[Engine, dict[str, Known]] = WeakKeyDictionary()


def _indexes(connection: Connection) -> dict[str, Known]:
    """Asked once of each store: nothing that is told here changes after ``grow``."""
    if connection.engine not in _KNOWN:
        _KNOWN[connection.engine] = _read_indexes(connection)
    return _KNOWN[connection.engine]


def _read_indexes(connection: Connection) -> dict[str, Known]:
    rows = text(
        "SELECT i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS of,"
        " array_agg(a.attname::text ORDER BY a.attnum) AS columns, max(c.reltuples) AS rows FROM pg_index i"
        " JOIN pg_attribute a ON a.attrelid = i.indexrelid JOIN pg_class c ON c.oid = i.indexrelid"
        " GROUP BY 1, 2"
    )
    return {row.name: Known(row.of, tuple(row.columns), int(row.rows)) for row in connection.execute(rows)}


def _steps(step: dict[str, Any], *, inside_limit: bool = True) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", ()):
        if inside_limit or below["Node Type"] != "Limit":
            yield from _steps(below, inside_limit=inside_limit)


def _reads_all(step: dict[str, Any], indexes: dict[str, Known], *, limited: bool) -> bool:
    name = step.get("Index Name", "")
    table = indexes[name].table if name else step.get("Relation Name")
    if table in FEW | SCHEMA or table in BY_PEOPLE or name in SMALL or (limited and name in WALKED):
        return False
    if not name:
        return bool(step["Node Type"] == "Seq Scan")
    if not indexes[name].rows:
        return False  # there is nothing in it here, so that any way is as good
    read = _read(step, indexes)
    is_half = read in HALF and table not in FEW_OF_A_KIND and step["Plan Rows"] > FEWER
    return not read or (is_half and ">" not in step.get("Index Cond", ""))


def _read(step: dict[str, Any], indexes: dict[str, Known]) -> set[str]:
    """Of an index that part is read which its first columns name, as far as the condition has them."""
    named = set(re.findall(r"[a-z_]+", re.sub(r"'[^']*'|::\S+", "", step.get("Index Cond", ""))))
    return set(takewhile(named.__contains__, indexes[step["Index Name"]].columns))


def _sorts_all(step: dict[str, Any], indexes: dict[str, Known]) -> bool:
    """What comes through a limit is few, and so is what an incremental sort holds at once."""
    if step["Node Type"] != "Sort" or step["Plan Rows"] <= FEWER:
        return False
    for one in _steps(step, inside_limit=False):
        if "Index Name" in one or one["Node Type"] == "Seq Scan":
            table = indexes[one["Index Name"]].table if "Index Name" in one else one["Relation Name"]
            few = table in FEW or table in BY_PEOPLE or one.get("Index Name") in SMALL
            return not few and ("Index Name" not in one or not _read(one, indexes) & NAMES)
    return False
