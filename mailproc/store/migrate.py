"""Migrate a store: every missing step in one transaction, or nothing at all."""

import filecmp
import logging
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import SQLModel

from mailproc import private
from mailproc.errors import Misconfigured, NoRoom, StoreLost, TryLater
from mailproc.store import (  # noqa: F401  # their tables
    api_tables,
    bytes_tables,
    catalogue_tables,
    figures_tables,
    foreign_schema,
    hook_tables,
    patron_tables,
    reader_tables,
    staff_tables,
    submission_tables,
    template_tables,
    upkeep_tables,
)
from mailproc.store.connections import existing
from mailproc.store.db_errors import first_line, is_for_want_of_room, try_later

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0004"  # the newest revision in migrations/versions: an up-to-date store needs no Alembic to open
_MIGRATIONS = Path(__file__).parent / "migrations"
_FOREIGN = re.compile("error in (view|trigger) ")
_PARTITION = re.compile(r".+_(\d{1,4}|other)")
_FINDING = "finding_index"  # find.INDEX, whose file is loaded by searches alone
_log = logging.getLogger(__name__)

# What PostgreSQL says in English whatever its language is set to: nothing. So these are its SQLSTATEs
# (wrong password, no such role, no such database, no rights) and, where the driver has none, its usual words.
_OPERATORS_STATES = ("28P01", "28000", "3D000", "42501")
_NO_RIGHTS = "42501"
_DEPENDENT = "2BP01"
_OPERATORS_WORDS = ("authentication failed", "does not exist", "no password supplied", "resolve host")


def revision(connection: Connection) -> str | None:
    """Return the store's revision; None if it is empty. Raise Misconfigured."""
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise Misconfigured(f"store.url: the database is encoded as {encoding}, it must be UTF8")
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def missing(connection: Connection) -> list[str]:
    """Return tables that are missing, as after a partial restore."""
    there = set(inspect(connection).get_table_names())
    return sorted({*SQLModel.metadata.tables, _FINDING} - there)


def refuse(here: str | None, *, make: bool, migrate: bool) -> None:
    """Raise Misconfigured if this program cannot use a store of this revision.

    ``make``: an empty store may be created; ``migrate``: an older one may be migrated.
    """
    if here is not None and here not in _known():
        raise Misconfigured(
            f"the store is at revision {here}, this program knows revisions up to {HEAD}:"
            " a newer mailproc made it, install that one"
        )
    if here is None and not make:
        raise Misconfigured(f"the store is empty, this program needs revision {HEAD}")
    if here is not None and here != HEAD and not migrate:
        raise Misconfigured(
            f"the store is at revision {here}, this program needs {HEAD}, and only `mailproc run` migrates:"
            " stop the service of the older version and start this one; `mailproc check` says what it will do"
        )


def bring_up(engine: Engine, path: Path | None) -> None:
    """Take the missing steps, after copying a SQLite store. Raise Misconfigured.

    The write lock is held from the first check on, so of two processes that start together one finds nothing
    to do.
    """
    with engine.connect() as connection, connection.begin():
        here = revision(connection)
        refuse(here, make=True, migrate=True)
        if here == HEAD:
            return
        begun = time.monotonic()
        _migrate(connection, here, path)
    if here is not None:
        _log.info("the store is at revision %s now, after %.0f s", HEAD, time.monotonic() - begun)


def _migrate(connection: Connection, here: str | None, path: Path | None) -> None:
    from alembic import command

    if here is not None:
        if found := foreign_schema.views(connection):
            raise Misconfigured(f"the store at revision {here} is not migrated to {HEAD}: {_dropped(found)}")
        size = f" ({path.stat().st_size / 1e6:.0f} MB)" if path is not None else ""
        _log.info("the store%s is migrated from revision %s to %s: this may take minutes", size, here, HEAD)
        if path is not None:
            _copy(path, copy_of(path))
    try:
        command.upgrade(settings(connection), "head")
    except DBAPIError as error:
        if not _is_of_another(error):
            raise
        raise Misconfigured(
            f"the store at revision {here} is not migrated to {HEAD}, and nothing is changed: something that"
            f" mailproc did not put there needs its tables: {_told(error)}."
            " Drop it, and make it again afterwards"
        ) from None


def _told(error: DBAPIError) -> str:
    """Return what the database says, on PostgreSQL with its detail: that names what depends."""
    detail = getattr(getattr(error.orig, "diag", None), "message_detail", None) or ""
    return " ".join(f"{error.orig} {detail}".split())[:300].rstrip(".")


def _dropped(views: Sequence[str]) -> str:
    """Say what to do about views in the way."""
    return (
        f"views of yours read its tables, which the migration replaces: {', '.join(views)[:300]};"
        " save how they are made, drop them (DROP VIEW), and make them again afterwards"
    )


def _is_of_another(error: DBAPIError) -> bool:
    """Is it a view, trigger or constraint on our tables, of which a migration knows nothing?"""
    depends = getattr(error.orig, "sqlstate", None) == _DEPENDENT
    return depends or _FOREIGN.match(str(error.orig)) is not None


def copy_of(path: Path) -> Path:
    """Return the path of the copy that is made of a SQLite store before it is migrated."""
    return path.with_name(f"{path.name}.before-{HEAD}.bak")


def waiting(here: str | None, path: Path | None, views: Callable[[], Sequence[str]]) -> str:
    """Return what the first `run` will do to a store of this revision; '' if it is current, or newer.

    ``views``: an operator's, in an older store; then it does nothing.
    """
    if here is None:
        return "there is no store yet, and `check` makes none: the first `mailproc run` does"
    if here == HEAD or here not in _known():
        return ""
    if found := views():
        return (
            f"the store is at revision {here}, and the first `mailproc run` will refuse it: {_dropped(found)}"
        )
    first = f"copies it to {copy_of(path)}" if path is not None else "does not copy it (pg_dump does)"
    return (
        f"the store is at revision {here}: the first `mailproc run` migrates it to {HEAD} and {first};"
        " stop the service of the older version before"
    )


def settings(connection: Connection) -> "Config":
    """Return Alembic's settings for the steps in this package."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def described(_item: object, name: str | None, *_: object) -> bool:
    """Return whether tables.py describes it; not the index of finding, which its step creates in SQL, nor a
    partition of PostgreSQL's."""
    return not (name or "").startswith(_FINDING) and not _PARTITION.fullmatch(name or "")


@contextmanager
def reaching(url: URL) -> Iterator[None]:
    """Translate the errors of opening: the operator must act, or nobody yet. The password is not shown."""
    shown = url.render_as_string(hide_password=True)
    try:
        yield
    except SQLAlchemyError as error:
        words = _masked(first_line(error), url)
        if _is_the_operators(error):
            words += _advice(error, url)
            raise Misconfigured(f"store.url: {shown} cannot be opened: {words}") from None
        answer = try_later(error)
        if isinstance(answer, StoreLost):
            raise StoreLost(f"the store {shown} is damaged: {words}; see docs/operators.md") from None
        if answer is not None:
            kind = NoRoom if isinstance(answer, NoRoom) else TryLater
            raise kind(f"the store {shown} cannot be opened just now: {words}") from None
        raise


def _is_the_operators(error: SQLAlchemyError) -> bool:
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        return code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
    if not isinstance(error, DBAPIError):
        return False
    words = str(cause)
    return getattr(cause, "sqlstate", None) in _OPERATORS_STATES or any(w in words for w in _OPERATORS_WORDS)


def _advice(error: SQLAlchemyError, url: URL) -> str:
    if getattr(getattr(error, "orig", None), "sqlstate", None) == _NO_RIGHTS:
        user, database = url.username or "USER", url.database or "DATABASE"
        return f". The database must belong to this user: ALTER DATABASE {database} OWNER TO {user}"
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0) & 0xFF
    if code not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return ""
    file = Path(url.database or "")
    needs = f"SQLite writes into {file.parent}, even to read"
    user = private.owner(file)  # most likely the service's
    whose = f"{user}, who owns it (`sudo -u {user} mailproc …`)" if user else "the user who owns it"
    return f". {needs}: run mailproc as {whose}, or copy the store and name the copy in store.url"


def _masked(words: str, url: URL) -> str:
    return words.replace(str(url.password), "***") if url.password else words


def is_known(revision: str) -> bool:
    """Return whether this program knows the revision; it does not if a newer one made the store."""
    return revision in _known()


def _known() -> set[str]:
    return {path.stem.partition("_")[0].removeprefix("v") for path in _MIGRATIONS.glob("versions/v*.py")}


def _copy(path: Path, to: Path) -> None:
    """Copy a store in use with its log; the copy is complete and on the disk, or does not exist.

    Another copy that is there, of an earlier migration, stays under another name.
    """
    unfinished = to.with_name(f"{to.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, private.FILE))
        with (
            closing(sqlite3.connect(existing(path), uri=True)) as source,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            source.backup(copy)
        shutil.copymode(path, unfinished)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        _keep_earlier(to, unfinished)
        os.replace(unfinished, to)
        private.sync_folder(to.parent)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        kind = NoRoom if is_for_want_of_room(error) else TryLater
        raise kind(f"{path} was not migrated, as it could not be copied to {to}: {error}") from None


def _keep_earlier(copy: Path, unfinished: Path) -> None:
    """Rename a copy that is not the same as the new one, which a failed try would have left."""
    if not copy.is_file() or filecmp.cmp(copy, unfinished, shallow=False):
        return
    made = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
    earlier = copy.with_name(f"{copy.name}.{made:%Y%m%dT%H%M%S.%fZ}")
    copy.rename(earlier)
    _log.warning("an earlier copy of the store is kept: %s", earlier)
