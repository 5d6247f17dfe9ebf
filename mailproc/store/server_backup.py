"""A copy of a store on PostgreSQL, by its own tools: pg_dump and pg_restore."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import URL

from mailproc import private
from mailproc.errors import LocalFault, NoRoom, TryLater
from mailproc.sentence import sentence
from mailproc.store import backup_seal, foreign_schema, migrate
from mailproc.store.sqlite_backup import StoreFile, nothing_more, refuse_foreign

_NO_ROOM = "No space left on device"
_REVISION = re.compile(r"^COPY \S{0,99}?alembic_version [^\n]{0,999};\n(\S+)$", re.MULTILINE)
_STORE_ID = re.compile(
    r"^COPY \S{0,99}?identity \(([^)\n]{0,999}+)\) [^\n]{0,99};\n(?!\\\.$)([^\n]*)$", re.MULTILINE
)
_DROP_TABLES = """
DO $$ DECLARE one regclass; BEGIN
  FOR one IN
    SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
      AND NOT relispartition
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
  LOOP EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', one); END LOOP;
END $$
"""
"""All but those of extensions. The database is the store's alone."""
_LONGEST = 100_000
"""Octets of what two tables of one row are written as; a file of more is no store's."""


def make(
    url: URL, to: Path, before_naming: Callable[[], None] = nothing_more, *, foreign: bool = False
) -> None:
    """As ``sqlite_backup.make``, of the database ``url``; with ``foreign`` also of one that is no longer
    only ours, to keep what is replaced."""
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        number = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
        try:
            whole = ("--format=custom", "--no-owner", "--no-privileges", *_at(url))
            _run(to, "pg_dump", *whole, to=number)
            _run(unfinished, "pg_restore", "--file=/dev/null", str(unfinished))  # reads all of it
            if not foreign:
                look(unfinished)
            backup_seal.put(number)
            os.fsync(number)
        finally:
            os.close(number)
        before_naming()
        unfinished.replace(to)
        private.sync_folder(to.parent)
    except OSError as error:
        raise TryLater(sentence("backup-not-made", file=str(to), why=error.strerror or str(error))) from None
    finally:
        unfinished.unlink(missing_ok=True)


def look(file: Path) -> StoreFile:
    """As ``sqlite_backup.look``."""
    refuse_foreign(file, foreign_schema.in_dump(_beginning(file, "--list", str(file))))
    tables = ("--table=alembic_version", "--table=identity")
    said = _beginning(file, "--data-only", *tables, "--file=-", str(file))
    revision, identity = _REVISION.search(said), _STORE_ID.search(said)
    if revision is None:
        raise LocalFault(sentence("backup-no-store", file=str(file)))
    if not migrate.is_known(revision[1]):
        raise LocalFault(sentence("backup-newer", file=str(file), revision=revision[1], known=migrate.HEAD))
    values = dict(zip(identity[1].split(", "), identity[2].split("\t"), strict=False)) if identity else {}
    return StoreFile(values.get("store_id", ""), revision[1])


def put_back(file: Path, url: URL) -> None:
    """Put the dump into the database in place of what is there, in one transaction. Raise TryLater.

    The tables that are there are dropped first: a dump of an older revision does not name later ones.
    """
    read = ("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file))
    whole = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    write = ("psql", *whole, "--command=BEGIN", f"--command={_DROP_TABLES}", "--file=-", *_at(url))
    with TemporaryFile() as said, _started(read, stdout=subprocess.PIPE, stderr=said) as reading:
        with _started(write, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said) as writing:
            try:
                _pass_on(reading, writing)
            except BaseException:  # a part of it must not be committed
                writing.kill()
                reading.kill()
                raise
        if reading.returncode or writing.returncode:
            raise _failed(file, said)


def _pass_on(reading: "subprocess.Popen[bytes]", writing: "subprocess.Popen[bytes]") -> None:
    """Let one read what the other writes, to its end, and commit it.

    If the end comes too early, nothing is committed: also where this process is killed meanwhile.
    """
    assert reading.stdout is not None  # noqa: S101  # both are pipes
    assert writing.stdin is not None  # noqa: S101
    with suppress(BrokenPipeError):  # it says why
        shutil.copyfileobj(reading.stdout, writing.stdin)
    with suppress(BrokenPipeError):
        if reading.wait() == 0:
            writing.stdin.write(b"\nCOMMIT;\n")
        writing.stdin.close()


def _started(command: Sequence[str], **streams: Any) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, **streams)  # noqa: S603  # its arguments are ours, and the operator's
    except FileNotFoundError:
        raise LocalFault(sentence("backup-no-tool", tool=command[0])) from None


def _failed(file: Path, said: IO[bytes]) -> TryLater:
    lines = _lines(said)
    kind = NoRoom if any(_NO_ROOM in line for line in lines) else TryLater
    return kind(sentence("restore-not-done", file=str(file), why=lines[0]))


def _at(url: URL) -> Sequence[str]:
    """The database, without a password: libpq asks PGPASSFILE."""
    plain = url.set(drivername="postgresql")._replace(password=None)
    return [f"--dbname={plain.render_as_string(hide_password=False)}", "--no-password"]


def _beginning(file: Path, *arguments: str) -> str:
    """Run pg_restore on the file; return the beginning of what it writes. Raise LocalFault if it fails."""
    command = ("pg_restore", *arguments)
    with TemporaryFile() as faults:
        with _started(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=faults) as ran:
            said = ran.stdout.read(_LONGEST) if ran.stdout is not None else b""
            if len(said) == _LONGEST:
                ran.kill()
        if ran.returncode > 0:
            raise LocalFault(sentence("backup-damaged", file=str(file), why=_lines(faults)[0]))
    return said.decode("utf-8", "replace")


def _run(file: Path, *command: str, to: int = subprocess.DEVNULL) -> None:
    """Run a tool. Raise NoRoom or TryLater if it fails."""
    with TemporaryFile() as faults:
        with _started(command, stdin=subprocess.DEVNULL, stdout=to, stderr=faults) as ran:
            ran.wait()
        if ran.returncode:
            lines = _lines(faults)
            kind = NoRoom if _NO_ROOM in lines[-1] else TryLater
            raise kind(sentence("backup-not-made", file=str(file), why=lines[0]))


def _lines(faults: IO[bytes]) -> list[str]:
    faults.seek(0)
    return faults.read(_LONGEST).decode("utf-8", "replace").strip().splitlines() or ["?"]
