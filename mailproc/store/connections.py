"""Connections to each database: one engine that writes, one that reads. Durability is set only here.

On both databases there is one writer at a time and a reader sees one snapshot, so a job means the same on
either (SQLite by ``BEGIN IMMEDIATE``, PostgreSQL by a lock that every write takes first). No error text holds
a statement's values (``hide_parameters``), which may be people's letters.
"""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool, QueuePool

from mailproc import private
from mailproc.errors import Misconfigured, NoRoom
from mailproc.store import foreign_schema, pipeline
from mailproc.store.db_errors import strip_detail

BUSY_SECONDS = 30
READERS = 20
PAGE_SIZE = 8192
"""Octets of a page of a new SQLite store, which needs 8 % less space than with 4,096.

With 16,384 it would need 12 % less, but a step that is committed alone would take a third more processor
time, because whole pages are written.
"""
_SETTINGS = {
    "lock_timeout": f"{BUSY_SECONDS}s",
    "synchronous_commit": "on",
    "statement_timeout": "0",
    # A write reads what was committed before it had the writers' lock: the term of the store too.
    "default_transaction_isolation": "read\\ committed",
    # The server's end of a connection, whose machine may lose its power or its network.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20s",
}
"""Of each session on PostgreSQL, whatever the server's own are."""
_LONGEST_WHO = 63 - len("mailproc service ")
"""PostgreSQL cuts a name at 63 octets. Whoever has several connections is called the same in each."""
_WRITER_LOCK = 0x6D61696C_77726974  # "mailwrit"; advisory locks are per database
_ALLOWED = "allowed are sqlite:///FILE and postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


def parse(url: str, base: Path) -> URL:
    """Return the store's URL with an absolute path and our driver. Raise Misconfigured (password masked)."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Misconfigured(f"store.url cannot be read: {_ALLOWED}") from None
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite":
        return _file_url(parsed, base)
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise Misconfigured(f"store.url names the database {backend!r}: {_ALLOWED}")


def file_of(url: URL) -> Path | None:
    """Return the SQLite file; None on PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def shown(url: str) -> str:
    """Return the URL with the password masked."""
    return make_url(url).render_as_string(hide_password=True)


def _file_url(parsed: URL, base: Path) -> URL:
    name = parsed.database or ""
    if parsed.host:
        written = f"sqlite:///{parsed.host}/{name}"
        raise Misconfigured(f"store.url has two slashes before {parsed.host}: write {written}")
    if name in ("", ":memory:") or name.startswith("file:") or parsed.query:
        raise Misconfigured("store.url must name a plain file: sqlite:///var/mailproc.db")
    # Resolved, so that the lock and the copies lie beside the real file also through a link.
    return parsed.set(drivername="sqlite+pysqlite", database=str((base / name).resolve()))


def writing(url: URL) -> Engine:
    """Return an engine without a pool: each connection is opened and closed by its user."""
    if url.drivername.startswith("sqlite"):
        engine = _sqlite(url, poolclass=NullPool)
        event.listen(engine, "connect", _write_ahead)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    engine = _postgresql(url, poolclass=NullPool)
    event.listen(engine, "connect", pipeline.attach)
    event.listen(engine, "begin", _begin_alone)
    event.listen(engine, "before_cursor_execute", pipeline.send)
    event.listen(engine, "commit", pipeline.before_commit)
    event.listen(engine, "rollback", pipeline.forget)
    return engine


def reading(url: URL) -> Engine:
    """Return a pooled engine whose connections cannot write."""
    if url.drivername.startswith("sqlite"):
        engine = _sqlite(url, poolclass=QueuePool, pool_size=READERS)
        event.listen(engine, "connect", _query_only)
        event.listen(engine, "begin", _begin_snapshot)
        return engine
    engine = _postgresql(url, pool_size=5, pool_pre_ping=True, isolation_level="REPEATABLE READ")
    return engine.execution_options(postgresql_readonly=True)


class DedicatedConnection:
    """A connection of one holder: no pool, no transactions, open until ``close``.

    It raises the driver's errors (``db_errors.driver_errors``) unchanged.
    """

    def __init__(self, engine: Engine) -> None:
        pooled = engine.raw_connection()
        self._connection = cast(Any, pooled.driver_connection)
        pooled.detach()
        self._kept = pooled  # or it would be closed when nothing speaks of it any more
        if engine.dialect.name == "postgresql":
            self._connection.autocommit = True

    def ask(self, query: str) -> Any:
        """Return the first column of the first row."""
        return self._connection.execute(query).fetchone()[0]

    def close(self) -> None:
        self._connection.close()


def _sqlite(url: URL, **options: Any) -> Engine:
    # isolation_level None: else the driver begins and commits by its own ideas, a SAVEPOINT too.
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            existing(Path(url.database or "")),
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
        )

    engine = create_engine(url, creator=connect, hide_parameters=True, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def existing(path: Path) -> str:
    """Return the URI by which SQLite opens the file, and does not create one that is gone.

    Creating it would also delete the log that lies there, and in it the letters of a store that was moved.
    """
    return f"{path.resolve().as_uri()}?mode=rw"


def _postgresql(url: URL, **options: Any) -> Engine:
    # A dead server is noticed within 25 s, and it notices a dead machine as soon; TCP alone would take hours.
    arguments = {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        "application_name": "mailproc",
        "options": " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items()),
        "client_encoding": "UTF8",  # of a database in SQL_ASCII nothing could be read, not even that it is
    }
    arguments = {key: value for key, value in arguments.items() if key not in url.query}
    try:
        engine = create_engine(url, connect_args=arguments, hide_parameters=True, **options)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise Misconfigured(
            "store.url names PostgreSQL, which needs psycopg 3: pip install 'psycopg[binary]'"
        ) from None
    event.listen(engine, "handle_error", _without_detail)
    return engine


def _without_detail(context: ExceptionContext) -> None:
    """Keep only the first line of an error: PostgreSQL's DETAIL lines hold the row that failed."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            strip_detail(error)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for line in foreign_schema.DISTRUST:
        connection.execute(line)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _write_ahead(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # of an empty file; any other stays as it is
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise Misconfigured(
            "store.url: the file's disk has no shared memory (a network disk?), SQLite needs it"
        )


def keep_savepoints_in_memory(connection: Connection) -> None:
    """Keep in memory what a savepoint would restore; past 64 kB (eight pages) SQLite makes a file each time.

    For the writer alone: a migration sorts whole tables.
    """
    if connection.dialect.name == "sqlite":
        cast(Any, connection.connection.driver_connection).execute("PRAGMA temp_store = MEMORY")


def naming(what: str) -> str:
    """Return the statement that names a connection to PostgreSQL: "mailproc writer 4711@host".

    All see the name, on each machine. Who finds a service frozen ends its connections by it.
    """
    name = f"mailproc {what} {called(os.getpid(), os.uname().nodename)}"
    return f"SELECT set_config('application_name', '{name}', false)"


def called(process: int, host: str) -> str:
    """Return what a process is called in the names of its connections: "4711@host"."""
    return f"{process}@{host}".replace("'", "").encode()[:_LONGEST_WHO].decode(errors="ignore")


def name_writer(connection: Connection) -> None:
    """Name the connection of the service's writer, on PostgreSQL."""
    if connection.dialect.name == "postgresql":
        driver = cast(Any, connection.connection.driver_connection)
        driver.execute(naming("writer"))
        driver.commit()


def _query_only(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    cast(Any, connection.connection.driver_connection).execute("BEGIN IMMEDIATE")  # of each commit


def _begin_snapshot(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_alone(connection: Connection) -> None:
    pipeline.begin(connection, f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")


def is_there(path: Path) -> bool:
    """Return whether the SQLite file exists. Raise Misconfigured if this user may not look."""
    try:
        path.stat()
    except PermissionError:
        user = private.owner(path)
        text = f"the store {path} belongs to {user or 'another user'}"
        how = f"sudo -u {user} mailproc …" if user else "the service's user"
        raise Misconfigured(f"store.url: {text}: run this as `{how}`") from None
    except OSError:  # not there, or below something that is no folder: making it says so
        return False
    return True


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest existing one above it."""
    return next(each for each in (folder, *folder.parents) if os.path.exists(each))


def make_folder_of(path: Path) -> None:
    """Make the folder of a file if missing. Raise Misconfigured."""
    try:
        private.make_folder(path.parent)
    except OSError as error:
        why = f"{error.strerror}; {private.belongs(_nearest(path.parent))}"
        raise Misconfigured(f"{path.parent} cannot be made: {why}") from None


def make_file(path: Path) -> None:
    """Create the SQLite file and its folder if missing, readable by this user only (0600)."""
    if is_there(path):
        return  # not opened here: closing any descriptor of a file drops this process's locks on it
    try:
        private.make_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, private.FILE))
    except FileExistsError:
        return
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(f"the store {path} cannot be made: {error.strerror}") from None
        why = f"{error.strerror}; {private.belongs(_nearest(path.parent))}"
        text = f"{path} cannot be made: {why}: give it to the service's user (chown), or name another file"
        raise Misconfigured(f"store.url: {text}") from None
